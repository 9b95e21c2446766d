// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/diagnostics.h"
#include "spec/node.h"
#include "spec/pipeline_spec.h"

namespace weir {

/// The value of `event_time`: the path of a field, or a map of field, format, max_out_of_orderness and
/// idle_after. Nothing, and told, when it is neither.
std::optional<EventTimeSpec> read_event_time(const Node::Entry& entry, Diagnostics& diagnostics);

}  // namespace weir
