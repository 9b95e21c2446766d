// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "spec/node.h"

namespace weir {

/// The node as one of the functions of base/units.h and base/numbers.h reads it. The message of a Problem is
/// complete:
/// "'tasks' is a list, expected a whole number". The node must not be broken.
template <class T>
Result<T> read_scalar(const Node& node, const std::string& name, Result<T> (*parse)(std::string_view)) {
  // An empty text is no value of any type, so for nodes without a text it yields what would have been
  // expected.
  Result<T> value =
      parse(node.kind == Node::Kind::kScalar ? std::string_view(node.text) : std::string_view());
  if (value.ok()) return value;
  return Problem{"'" + name + "' " + describe(node) + ", " + value.message()};
}

}  // namespace weir
