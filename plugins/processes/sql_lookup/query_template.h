// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/field_path.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sql_client/url.h"

namespace weir::sql_lookup {

/// SQL with placeholders: {{keys}} for a list of keys, or {{path}} for a field of the record. Values are
/// never put into the text; a parameter of a prepared statement takes the place of each. Plain data.
class QueryTemplate {
 public:
  /// Throws OptionError at `pointer`.
  QueryTemplate(std::string_view text, const std::string& pointer);

  /// Whether one statement asks for many keys.
  bool has_keys() const { return has_keys_; }
  /// The fields, in the order of their parameters; empty with {{keys}}.
  const std::vector<FieldPath>& fields() const { return fields_; }

  /// The statement for `keys` keys of `width` values each: 1 and 0 without {{keys}}.
  std::string sql(sql::Database database, std::size_t keys, std::size_t width) const;

 private:
  std::vector<std::string> texts_;  // around the placeholders
  std::vector<FieldPath> fields_;   // of those between texts_, unless they are {{keys}}
  bool has_keys_ = false;
};

}  // namespace weir::sql_lookup
