// SPDX-License-Identifier: Apache-2.0
#include "reply_reader.h"

#include <weir/json_string.h>

#include <algorithm>

namespace weir::http_lookup {
namespace {

using Kind = JsonValue::Kind;

/// As much of a reply without a message as is shown.
constexpr std::size_t kShownBytes = 200;

std::optional<FieldPath> optional_path(const Options& options, const char* name) {
  if (!options.has(name)) return std::nullopt;
  return FieldPath::parse(options.string(name), std::string("/reply/") + name);
}

std::string one_line(std::string_view text) {
  std::string line(text.substr(0, kShownBytes));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void ReplyReader::describe(Descriptor& d) {
  auto& reply = d.option("reply", Type::kObject, "Where things stand in a reply, which is JSON.");
  reply
      .field(
          "rows", Type::kString,
          "Of a call for several records: the list of rows, or the object that maps keys to rows. Of a call "
          "for one: its row. The whole reply if not given.")
      .default_value("$");
  reply.field("key", Type::kString,
              "Within a row: the key by which it is joined to its records, where rows are a list.");
  reply.field("match", Type::kString,
              "Within a record: what must equal the row's key. The same path as `key` if not given.");
  reply.field("code", Type::kString, "A code by which the service reports errors; see `classes`.");
  reply.field("ok", Type::kStringList, "Values of `code` that mean success, as its absence does.")
      .default_value("0");
  reply.field("message", Type::kString, "What the service says about an error.");
}

ReplyReader::ReplyReader(const Options& options) {
  if (!options.has("reply")) return;
  const Options reply = options.object("reply");
  rows_ = FieldPath::parse(reply.string("rows"), "/reply/rows");
  key_ = optional_path(reply, "key");
  code_ = optional_path(reply, "code");
  message_ = optional_path(reply, "message");
  ok_ = reply.strings("ok");
}

void ReplyReader::read(std::string_view body) {
  body_.value = slice(body);
  reader_.read(body_);
}

bool ReplyReader::is_json() {
  return reader_.find(FieldPath()).kind != Kind::kNotJson;
}

std::string ReplyReader::code() {
  if (!code_) return {};
  const JsonValue value = reader_.find(*code_);
  if (value.kind != Kind::kString && !value.is_number()) return {};
  if (std::find(ok_.begin(), ok_.end(), value.text) != ok_.end()) return {};
  return std::string(value.text);
}

std::string ReplyReader::text() {
  if (message_) {
    const JsonValue value = reader_.find(*message_);
    if (value.kind != Kind::kMissing && value.kind != Kind::kNotJson) return one_line(value.text);
  }
  return one_line(body_.bytes());
}

std::optional<std::string_view> ReplyReader::row() {
  const JsonValue value = reader_.find(rows_);
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kNull:
    case Kind::kNotJson:
      return std::nullopt;
    case Kind::kString:  // its text has lost its quotes and escapes
      row_.clear();
      append_json_string(value.text, row_);
      row_.append(WEIR_PADDING, '\0');
      return std::string_view(row_).substr(0, row_.size() - WEIR_PADDING);
    default:
      return value.text;
  }
}

std::optional<std::string> ReplyReader::each_row(const EachRow& row) {
  const JsonValue rows = reader_.find(rows_);
  try {
    if (rows.kind == Kind::kArray) return each_of_array(rows.text, row);
    if (rows.kind == Kind::kObject) return each_of_object(rows.text, row);
  } catch (const simdjson::simdjson_error& e) {
    return "the rows cannot be read: " + std::string(e.what());
  }
  return "expected a list of rows at '" + rows_.text() + "' of the reply, found " + std::string(rows.what());
}

std::optional<std::string> ReplyReader::each_of_array(std::string_view text, const EachRow& row) {
  if (!key_) return "the rows are a list, and reply.key does not say where a row's key stands";
  simdjson::ondemand::document list = parser_.iterate(text.data(), text.size(), text.size() + WEIR_PADDING);
  for (simdjson::ondemand::value element : list.get_array()) {
    const std::string_view json = simdjson::to_json_string(element);
    Record record;
    record.value = slice(json);
    row_reader_.read(record);
    const JsonValue key = row_reader_.find(*key_);
    if (key.kind == Kind::kString || key.is_number()) row(key.text, json);
  }
  return std::nullopt;
}

std::optional<std::string> ReplyReader::each_of_object(std::string_view text, const EachRow& row) {
  simdjson::ondemand::document rows = parser_.iterate(text.data(), text.size(), text.size() + WEIR_PADDING);
  for (auto field : rows.get_object()) {
    const std::string_view key = field.unescaped_key();
    simdjson::ondemand::value value = field.value();
    const std::string_view json = simdjson::to_json_string(value);
    if (json != "null") row(key, json);
  }
  return std::nullopt;
}

}  // namespace weir::http_lookup
