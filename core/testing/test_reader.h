// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "testing/test_case.h"

namespace weir {

/// Reads the tests of a file: of `NAME.test.yaml` all of it, of a pipeline file its `tests:`. A test file
/// without `pipeline:` belongs to `NAME.yaml` beside it. Nothing in a test file is replaced from the
/// environment. All that is wrong goes to `diagnostics`; the result holds what could be read.
TestFile load_tests(const std::string& path, Diagnostics& diagnostics);

/// The same from a text.
TestFile parse_tests(std::string_view text, const std::string& path, Diagnostics& diagnostics);

/// Whether the file's name is that of a test file.
bool is_test_file(const std::string& path);

}  // namespace weir
