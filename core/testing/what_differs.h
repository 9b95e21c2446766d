// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "testing/sample.h"
#include "testing/test_case.h"

namespace weir {

/// What of an item counts: all, only what is written of it, or only its value.
enum class Care { kExact, kWritten, kValue };

/// What of a record is not as it was written, for people who would otherwise compare two long lines:
/// "/count is 5, expected 4; time is 1970-01-01T00:00:00.009Z, expected ~". Members of JSON objects by their
/// pointer (RFC 6901). Empty when nothing better can be said than the record itself.
std::string what_differs(const WrittenRecord& want, const SampleRecord& got, Care care);

/// The same of a group's key and bounds, and how many records it has.
std::string what_differs(const WrittenGroup& want, const SampleGroup& got, Care care);

}  // namespace weir
