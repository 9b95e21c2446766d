// SPDX-License-Identifier: Apache-2.0
#include "row_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>

namespace weir::sql {
namespace {

namespace ondemand = simdjson::ondemand;

/// Bytes of a value that is no text, and of the frame around one that is, in the databases' protocols.
constexpr std::size_t kValueBytes = 12;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// At most so much of a value as one wants to read in a message.
std::string shortened(std::string_view text) {
  constexpr std::size_t kMost = 60;
  if (text.size() <= kMost) return std::string(text);
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;  // inside of a UTF-8 sequence
  return std::string(text.substr(0, end)) + "...";
}

template <class Number>
bool parse(std::string_view token, Number& number) {
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, number);
  return error == std::errc() && stop == end;
}

void set_text(std::string_view text, Cell& cell) {
  cell.kind = Cell::Kind::kText;
  cell.text.assign(text);
}
void set_integer(std::int64_t value, Cell& cell) {
  cell.kind = Cell::Kind::kInteger;
  cell.integer = value;
}
void set_real(double value, Cell& cell) {
  cell.kind = Cell::Kind::kReal;
  cell.real = value;
}

/// Deeper nesting than any document of people has, and far from the end of the stack.
constexpr int kMostDepth = 512;

bool check_nested(ondemand::value& value, int depth);

bool check_object(ondemand::object& object, int depth) {
  for (auto item : object) {
    std::string_view name;
    ondemand::value value;
    if (item.error() || item.value_unsafe().unescaped_key().get(name)) return false;
    value = item.value_unsafe().value();
    if (!check_nested(value, depth + 1)) return false;
  }
  return true;
}

bool check_array(ondemand::array& array, int depth) {
  for (auto item : array) {
    ondemand::value value;
    if (item.get(value) || !check_nested(value, depth + 1)) return false;
  }
  return true;
}

/// simdjson passes over what nobody reads without looking closely; text that is to be kept as JSON is read to
/// its end.
bool check_nested(ondemand::value& value, int depth) {
  if (depth > kMostDepth) return false;
  const std::string_view token = value.raw_json_token();
  switch (token.empty() ? '\0' : token.front()) {
    case '{': {
      ondemand::object object;
      return !value.get_object().get(object) && check_object(object, depth);
    }
    case '[': {
      ondemand::array array;
      return !value.get_array().get(array) && check_array(array, depth);
    }
    case '"': {
      std::string_view text;
      return !value.get_string().get(text);
    }
    default: {
      const std::string_view scalar = trimmed(token);
      return scalar == "null" || scalar == "true" || scalar == "false" || is_json_number(scalar);
    }
  }
}

/// Whether a raw field name can be compared with `name` byte by byte, in the bytes that are readable behind a
/// value.
bool comparable(std::string_view name) {
  return !name.empty() && name.size() < WEIR_PADDING / 2 &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' '; });
}

}  // namespace

RowReader::RowReader(Database database, std::vector<Source> sources, Others others)
    : database_(database), sources_(std::move(sources)), others_(others), is_active_(sources_.size()) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].in_key) key_.push_back(i);
    if (sources_[i].field.empty() || !by_name_.emplace(sources_[i].field, i).second) by_path_.push_back(i);
    if (others_ == Others::kPass || sources_[i].in_key) activate(i);
  }
}

void RowReader::activate(std::size_t source) {
  if (is_active_[source] != 0) return;
  is_active_[source] = 1;
  active_.insert(std::lower_bound(active_.begin(), active_.end(), source), source);
}

bool RowReader::fail(std::string code, std::string message) {
  problem_ = {std::move(code), std::move(message)};
  return false;
}

bool RowReader::fail_json(std::string_view why) {
  return fail("bad_json", "the record is no JSON object: " + std::string(why));
}

bool RowReader::does_not_fit(const Source& source, std::string_view value, const char* why) {
  return fail("does_not_fit", shortened(value) + " does not fit the column '" + source.column.name + "' (" +
                                  source.column.type + "): " + why);
}

bool RowReader::read(const Record& record, RowTable& table) {
  const std::span<Cell> row = table.next();
  for (const std::size_t i : active_) row[i].kind = Cell::Kind::kNull;
  bool any = others_ == Others::kPass;
  if (!read_object(record, row, any)) return false;
  if (!by_path_.empty()) {
    fields_.read(record);
    for (const std::size_t i : by_path_) {
      if (!read_path(sources_[i], row[i])) return false;
    }
  }
  for (const std::size_t i : key_) {
    if (row[i].kind == Cell::Kind::kNull) {
      return fail("missing_key",
                  "the record has no value for the key column '" + sources_[i].column.name + "'");
    }
  }
  if (!any) return fail("no_columns", "none of the record's fields is the name of a column of the table");
  std::size_t bytes = 0;
  for (const std::size_t i : active_) {
    bytes += kValueBytes + (row[i].kind == Cell::Kind::kText ? row[i].text.size() : 0);
  }
  table.keep(bytes);
  return true;
}

bool RowReader::read_object(const Record& record, std::span<Cell> row, bool& any) {
  const std::string_view bytes = record.bytes();
  if (trimmed(bytes).empty()) return fail_json("its value is empty");
  ondemand::document document;
  ondemand::object object;
  if (const auto error =
          parser_.iterate(bytes.data(), bytes.size(), bytes.size() + WEIR_PADDING).get(document)) {
    return fail_json(simdjson::error_message(error));
  }
  std::string_view first;
  if (const auto error = document.raw_json_token().get(first))
    return fail_json(simdjson::error_message(error));
  if (first.front() != '{')
    return fail_json("it begins with '" + shortened(trimmed(first)) + "', expected '{'");
  if (const auto error = document.get_object().get(object)) return fail_json(simdjson::error_message(error));
  std::size_t position = 0;
  for (auto item : object) {
    if (item.error()) return fail_json(simdjson::error_message(item.error()));
    auto& field = item.value_unsafe();
    auto& value = field.value();
    const std::string_view token = value.raw_json_token();
    std::size_t source = kNone;
    if (!find_source(field, position++, source)) return false;
    if (source == kNone) {
      // A string is consumed at once: simdjson would take one that a colon follows for a name.
      if (token.front() == '"' && value.get_raw_json_string().error()) return fail_json("a value is missing");
      continue;
    }
    any = true;
    if (!read_value(value, token, sources_[source], row[source])) return false;
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return fail_json("there is something behind its end");
  }
  return true;
}

bool RowReader::find_source(ondemand::field& field, std::size_t position, std::size_t& source) {
  constexpr std::size_t kMostExpected = 1024;
  if (position < expected_.size()) {
    const Expected& expected = expected_[position];
    if (!expected.name.empty() && field.key().unsafe_is_equal(expected.name)) {
      source = expected.source;
      if (source != kNone || others_ == Others::kPass) return true;
      return meet_unknown(expected.name);
    }
  }
  std::string_view name;
  if (const auto error = field.unescaped_key().get(name)) return fail_json(simdjson::error_message(error));
  const auto found = by_name_.find(std::string(name));
  if (found != by_name_.end()) {
    source = found->second;
    activate(source);
  }
  if (position < kMostExpected) {
    if (position >= expected_.size()) expected_.resize(position + 1);
    expected_[position].name = comparable(name) ? name : std::string_view();
    expected_[position].source = source;
  }
  return source != kNone || others_ == Others::kPass || meet_unknown(name);
}

bool RowReader::meet_unknown(std::string_view name) {
  constexpr std::size_t kMostNames = 8;
  if (others_ == Others::kRefuse) {
    return fail("unknown_field", "the field '" + shortened(name) + "' is no column of the table");
  }
  ++unknown_;
  if (unknown_names_.size() < kMostNames &&
      std::find(unknown_names_.begin(), unknown_names_.end(), name) == unknown_names_.end()) {
    unknown_names_.push_back(shortened(name));
  }
  return true;
}

bool RowReader::read_value(ondemand::value& value, std::string_view token, const Source& source, Cell& cell) {
  const char first = token.front();
  if (first == '"') {
    std::string_view text;
    if (value.get_string().get(text)) {
      return fail_json("the string in '" + source.field +
                       "' holds an escape that does not exist, or half of a surrogate pair");
    }
    return set_string(source, text, cell);
  }
  if (first != '{' && first != '[') return set_scalar(source, trimmed(token), cell);
  std::string_view text;
  bool valid = false;
  if (first == '{') {
    ondemand::object object;
    if (value.get_object().get(object) || object.raw_json().get(text))
      return fail_json("an object has no end");
    object.reset();
    valid = check_object(object, 1);
  } else {
    ondemand::array array;
    if (value.get_array().get(array) || array.raw_json().get(text)) return fail_json("an array has no end");
    array.reset();
    valid = check_array(array, 1);
  }
  if (!valid) return fail_json("what stands in '" + source.field + "' is not valid, or nested too deeply");
  set_text(trimmed(text), cell);
  return true;
}

bool RowReader::read_path(const Source& source, Cell& cell) {
  using Kind = JsonValue::Kind;
  const JsonValue& found = fields_.find(source.path);
  switch (found.kind) {
    case Kind::kMissing:
    case Kind::kNull:
      cell.kind = Cell::Kind::kNull;
      return true;
    case Kind::kNotJson:
      return fail_json(found.text);
    case Kind::kString:
      return set_string(source, found.text, cell);
    case Kind::kArray:
    case Kind::kObject:
      set_text(found.text, cell);
      return true;
    default:
      return set_scalar(source, found.text, cell);
  }
}

bool RowReader::set_string(const Source& source, std::string_view text, Cell& cell) {
  if (source.column.of == ColumnClass::kJson) {
    set_text(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), cell);
    return true;
  }
  if (database_ == Database::kPostgreSql && text.find('\0') != std::string_view::npos) {
    return does_not_fit(source, "the text", "PostgreSQL stores no U+0000");
  }
  set_text(text, cell);
  return true;
}

bool RowReader::set_scalar(const Source& source, std::string_view token, Cell& cell) {
  if (token == "null") {
    cell.kind = Cell::Kind::kNull;
    return true;
  }
  if (token == "true" || token == "false") {
    set_bool(source, token == "true", cell);
    return true;
  }
  if (!is_json_number(token)) return fail_json("'" + shortened(token) + "' is no value");
  return set_number(source, token, cell);
}

void RowReader::set_bool(const Source& source, bool value, Cell& cell) const {
  switch (source.column.of) {
    case ColumnClass::kText:
    case ColumnClass::kJson:
    case ColumnClass::kBool:
      return set_text(value ? "true" : "false", cell);
    default:
      if (database_ == Database::kPostgreSql) return set_text(value ? "1" : "0", cell);
      return set_integer(value ? 1 : 0, cell);
  }
}

bool RowReader::set_number(const Source& source, std::string_view token, Cell& cell) {
  if (source.column.of == ColumnClass::kInteger) return set_whole(source, token, cell);
  const bool binary = source.column.of == ColumnClass::kReal || source.column.of == ColumnClass::kUntyped ||
                      (source.column.of == ColumnClass::kDecimal && database_ == Database::kSqlite);
  if (!binary || database_ == Database::kPostgreSql) {
    set_text(token, cell);
    return true;
  }
  std::int64_t whole = 0;
  if (source.column.of != ColumnClass::kReal && parse(token, whole)) {
    set_integer(whole, cell);
    return true;
  }
  double real = 0;
  if (!parse(token, real)) return does_not_fit(source, token, "it is beyond the range of a double");
  set_real(real, cell);
  return true;
}

bool RowReader::set_whole(const Source& source, std::string_view token, Cell& cell) {
  const bool as_text = database_ == Database::kPostgreSql;
  std::int64_t whole = 0;
  if (parse(token, whole)) {
    as_text ? set_text(token, cell) : set_integer(whole, cell);
    return true;
  }
  if (token.find_first_of(".eE") == std::string_view::npos) {  // beyond 64 bits with a sign
    if (database_ == Database::kSqlite) return does_not_fit(source, token, "it has more than 64 bits");
    if (!as_text && parse(token, cell.natural)) {
      cell.kind = Cell::Kind::kNatural;
    } else {
      set_text(token, cell);  // the database says what fits
    }
    return true;
  }
  constexpr double kExact = 9007199254740992.0;  // 2^53: up to here every whole number is a double
  double real = 0;
  if (!parse(token, real) || std::trunc(real) != real || std::abs(real) > kExact) {
    return does_not_fit(source, token, "it is no whole number");
  }
  whole = static_cast<std::int64_t>(real);
  as_text ? set_text(std::to_string(whole), cell) : set_integer(whole, cell);
  return true;
}

}  // namespace weir::sql
