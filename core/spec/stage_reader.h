// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "spec/node.h"
#include "spec/pipeline_spec.h"

namespace weir {

/// Whether a stage may have this name: letters, digits, '_' and '-', a letter or '_' first. No '.', which
/// parts a stage from its port.
bool is_stage_name(std::string_view text);

/// One entry of a section. Keys that every stage of this kind has are taken out; the rest becomes `options`.
/// What cannot be read is reported and left as it is by default, so `plugin` or `from` may be empty.
StageSpec read_stage(StageKind kind, const Node::Entry& entry, Diagnostics& diagnostics);

}  // namespace weir
