// SPDX-License-Identifier: Apache-2.0
#include "spec/node.h"

#include "base/utf8.h"

namespace weir {

const Node* Node::find(std::string_view key) const {
  for (const auto& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string describe(const Node& node) {
  constexpr std::size_t kLongest = 80;
  switch (node.kind) {
    case Node::Kind::kNull:
      return "is empty";
    case Node::Kind::kList:
      return "is a list";
    case Node::Kind::kMap:
      return "is a map";
    case Node::Kind::kScalar:
      break;
  }
  return "is '" + printable(node.interpolated || node.broken ? node.written : node.text, kLongest) + "'";
}

}  // namespace weir
