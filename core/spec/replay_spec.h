// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "spec/pipeline_spec.h"

namespace weir {

/// What `etl-run replay` was asked for.
struct ReplayRequest {
  std::vector<std::string> files;  ///< side files or globs
  std::string into;                ///< the stage that gets the records
  std::optional<int> batch = {};   ///< how many a call gets, where the stage takes groups
  int max_attempts = 0;            ///< records tried so often are set aside; 0: no limit
  bool dry_run = false;            ///< only show the records
};

/// The pipeline that reads side files back: a source for the files, the stage `into`, and all that follows
/// it, as `spec` wires them. Where `into` reads from a window a time_or_count window goes before it. Records
/// with too many attempts, and envelopes that cannot be read, go to `FILE.exhausted` beside the first file;
/// where that is a pattern, to `PIPELINE.STAGE.exhausted` in its folder. A dry run prints the records
/// instead.
std::optional<PipelineSpec> replay_spec(const PipelineSpec& spec, const ReplayRequest& request,
                                        Diagnostics& diagnostics);

}  // namespace weir
