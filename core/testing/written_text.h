// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "testing/sample.h"
#include "testing/test_case.h"

// Items on one line, in the words of a test file, for messages. Long texts are cut.

namespace weir {

/// As a test file would write it: a date, a number where the year has more than four digits, `~` for none.
std::string time_text(std::int64_t time);

std::string to_text(const WrittenRecord& record);
std::string to_text(const WrittenGroup& group);
std::string to_text(const SampleRecord& record);
std::string to_text(const SampleGroup& group);

}  // namespace weir
