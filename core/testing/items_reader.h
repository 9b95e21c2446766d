// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/diagnostics.h"
#include "spec/node.h"
#include "testing/map_reader.h"
#include "testing/test_case.h"

namespace weir {

/// The keys of which a map with items has exactly one.
inline const std::vector<std::string> kItemKeys{"values", "records", "groups"};

/// Reads `values:`, `records:` or `groups:` of a step.
WrittenItems read_items(const MapReader& map, const Mark& mark, const std::string& label,
                        Diagnostics& diagnostics);

/// A list of records: each a map of the parts of a record, or a bare value.
std::vector<WrittenRecord> read_records(const Node::Entry& list, Diagnostics& diagnostics);

}  // namespace weir
