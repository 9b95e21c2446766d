// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "spec/node.h"

namespace weir {

/// Reads `text` as one YAML document. `file` is what messages call it. Anchors, aliases and merge keys (`<<`)
/// are resolved; what comes by an alias keeps the marks of the place where it is written. A key that stands
/// twice in a map is reported and its second value left out. Returns nothing when the text is no YAML at all;
/// other errors in `diagnostics` leave a tree to go on with. An empty document is a kNull node.
std::optional<Node> read_yaml(std::string_view text, const std::string& file, Diagnostics& diagnostics);

}  // namespace weir
