// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "spec/interpolation.h"
#include "spec/node.h"
#include "spec/pipeline_spec.h"

namespace weir {

/// Reads a pipeline file: YAML, then ${...}, then its sections, without `tests`. Returns nothing only when
/// there is no file or no map of sections in it. With other errors in `diagnostics` the result holds all that
/// could be read, so that later checks can add what they find; it must not be run then.
std::optional<PipelineSpec> load_pipeline(const std::string& path, const Environment& environment,
                                          Diagnostics& diagnostics);

/// The same from a text; `file` is what messages call it.
std::optional<PipelineSpec> parse_pipeline(std::string_view text, const std::string& file,
                                           const Environment& environment, Diagnostics& diagnostics);

}  // namespace weir
