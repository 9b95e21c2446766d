// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/arguments.h"
#include "cli/run_pipeline.h"
#include "plugin/registry.h"

namespace weir {

/// `etl-run test`: reads all files first, so that all that is wrong in them is shown at once and nothing runs
/// then; runs the tests one after another; prints a line for each (with `quiet` only those that do not hold)
/// to stdout.
ExitCode run_tests(const TestRequest& request, PluginCatalog& plugins, bool quiet);

}  // namespace weir
