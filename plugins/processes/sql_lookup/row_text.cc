// SPDX-License-Identifier: Apache-2.0
#include "row_text.h"

#include <weir/abi.h>
#include <weir/json_string.h>
#include <weir/json_value.h>

#include <charconv>
#include <cmath>
#include <iterator>

#include "envelope/base64.h"

namespace weir::sql_lookup {
namespace {

void append(const sql::Field& field, std::string& to) {
  using Kind = sql::Field::Kind;
  switch (field.kind) {
    case Kind::kNull:
      to += "null";
      return;
    case Kind::kBool:
    case Kind::kJson:
      to += field.text;
      return;
    case Kind::kNumber:
      if (is_json_number(field.text)) {
        to += field.text;
        return;
      }
      break;
    case Kind::kBytes:
      to += '"';
      append_base64(field.text, to);
      to += '"';
      return;
    case Kind::kText:
      break;
  }
  append_readable_json_string(field.text, to);
}

}  // namespace

RowText::RowText(const std::vector<std::string>& columns, std::span<const sql::Field> fields) {
  padded_ = "{";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) padded_ += ',';
    append_readable_json_string(columns[i], padded_);
    padded_ += ':';
    append(fields[i], padded_);
  }
  padded_ += '}';
  pad();
}

RowText::RowText(const std::vector<RowText>& rows) {
  padded_ = "[";
  for (const auto& row : rows) {
    if (padded_.size() > 1) padded_ += ',';
    padded_ += row.json();
  }
  padded_ += ']';
  pad();
}

void RowText::pad() {
  size_ = padded_.size();
  padded_.append(WEIR_PADDING, ' ');
}

void append_key_text(std::string_view value, bool is_number, std::string& to) {
  if (!to.empty()) to += '\x1f';
  const char* const end = value.data() + value.size();
  double number = 0;
  if (is_number && value.find_first_of(".eE") != std::string_view::npos &&
      std::from_chars(value.data(), end, number).ptr == end && std::isfinite(number)) {
    char digits[32];
    to.append(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr);
  } else {
    to += value;
  }
}

}  // namespace weir::sql_lookup
