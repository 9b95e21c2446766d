// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace weir {

/// Why no value that the JSON Schema `given` allows is allowed by `taken`, told by the first place that
/// differs: "'user.id' is a string, but an integer is taken". Nothing when such a value may exist: only what
/// follows from types, listed values, number ranges and the fields of objects is seen, so that two schemas
/// that could match are never told apart. Both are valid schemas (draft 7).
std::optional<std::string> schema_conflict(const std::string& given, const std::string& taken);

}  // namespace weir
