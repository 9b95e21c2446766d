// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.h"

namespace weir {

/// The files with tests that `paths` mean, each once, those of a folder sorted:
///  - a folder: all `*.test.yaml` below it, and all other `*.yaml` with a section `tests:`;
///  - a test file: itself;
///  - a pipeline file: itself if it has tests, and `NAME.test.yaml` beside it if there is one.
/// A path that leads to no test goes to `diagnostics`.
std::vector<std::string> find_tests(const std::vector<std::string>& paths, Diagnostics& diagnostics);

}  // namespace weir
