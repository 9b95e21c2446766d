// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql_client/query.h"

namespace weir::sql_lookup {

/// A row as a JSON object, with room behind it for reading it in place.
class RowText {
 public:
  RowText(const std::vector<std::string>& columns, std::span<const sql::Field> fields);
  /// A list of rows as a JSON array.
  explicit RowText(const std::vector<RowText>& rows);

  /// WEIR_PADDING readable bytes stand behind it.
  std::string_view json() const { return {padded_.data(), size_}; }

 private:
  void pad();

  std::string padded_;
  std::size_t size_ = 0;
};

/// Appends a value to the text by which keys of rows and of records are compared: numbers by what they are
/// worth, all else as text. Values stand apart, so that ("a", "bc") and ("ab", "c") differ.
void append_key_text(std::string_view value, bool is_number, std::string& to);

}  // namespace weir::sql_lookup
