// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// A JSON Schema (draft 7, without schemas elsewhere) that a port declares of what leaves by it. One thread.
class PortSchema {
 public:
  /// Throws std::invalid_argument with what is wrong with the schema.
  explicit PortSchema(std::string_view schema);
  ~PortSchema();

  /// What is wrong with a value, by a JSON pointer into it: "/age is a string; expected an integer". Nothing
  /// when it fits.
  std::optional<std::string> mismatch(std::string_view value);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace weir
