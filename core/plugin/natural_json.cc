// SPDX-License-Identifier: Apache-2.0
#include "plugin/natural_json.h"

#include <string>
#include <string_view>

#include "base/numbers.h"

namespace weir {
namespace {

using nlohmann::json;

// JSON's notion of a number, so that 007 and 1_000 stay text; "1." and ".5", which YAML has too, count.
bool looks_like_number(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const auto digit_at = [&](std::size_t i) { return text.size() > i && text[i] >= '0' && text[i] <= '9'; };
  const bool leading_zero = digit_at(0) && text[0] == '0' && digit_at(1);
  return !leading_zero && (digit_at(0) || (!text.empty() && text[0] == '.'));
}

json natural_scalar(const Node& node) {
  if (node.quoted) return node.text;
  if (const auto boolean = parse_bool(node.text); boolean.ok()) return boolean.value();
  if (!looks_like_number(node.text)) return node.text;
  if (const auto integer = parse_integer(node.text); integer.ok()) return integer.value();
  if (node.text.find_first_of(".eE") == std::string::npos) return node.text;
  if (const auto number = parse_number(node.text); number.ok()) return number.value();
  return node.text;
}

}  // namespace

json natural_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kScalar:
      return natural_scalar(node);
    case Node::Kind::kList: {
      json list = json::array();
      for (const auto& item : node.items) list.push_back(natural_json(item));
      return list;
    }
    case Node::Kind::kMap:
      break;
  }
  json map = json::object();
  for (const auto& entry : node.entries) map[entry.key] = natural_json(entry.value);
  return map;
}

}  // namespace weir
