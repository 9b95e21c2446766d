// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"

namespace weir {

/// A YAML tree in which each node, and each key of a map, knows where it stands. Plain data.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };

  struct Entry;

  Kind kind = Kind::kNull;
  Mark mark;
  std::string text;           ///< kScalar: after interpolation
  bool quoted = false;        ///< kScalar: stood in quotes, so it is a string wherever the type is open
  bool interpolated = false;  ///< kScalar: `text` comes from outside of the file, and may be a secret
  bool broken = false;      ///< kScalar: its ${...} is wrong and has been reported; readers say no more of it
  std::string written;      ///< kScalar, interpolated or broken: as it stands in the file
  std::vector<Node> items;  ///< kList
  std::vector<Entry> entries;  ///< kMap, in the order of the file

  const Node* find(std::string_view key) const;
};

struct Node::Entry {
  std::string key;
  Mark mark;
  Node value;

  /// Where a message about the value points: at a scalar itself, otherwise at the key (a list or map may
  /// begin some lines below it, an empty value stands nowhere).
  const Mark& value_mark() const { return value.kind == Node::Kind::kScalar ? value.mark : mark; }
};

/// For messages, "'count' " + describe(node): "is 'ten'", "is a list", "is a map", "is empty". A scalar
/// appears as it stands in the file, never with what was put in for ${...}.
std::string describe(const Node& node);

}  // namespace weir
