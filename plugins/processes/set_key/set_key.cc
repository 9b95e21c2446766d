// SPDX-License-Identifier: Apache-2.0
#include "set_key.h"

#include <weir/plugin.h>

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>

#include <weir/json_string.h>

namespace weir::set_key {

using Kind = JsonValue::Kind;

namespace {

bool lies_in(weir_slice whole, std::string_view part) {
  const std::less_equal<> not_after;
  return whole.data != nullptr && not_after(whole.data, part.data()) &&
         not_after(part.data() + part.size(), whole.data + whole.size);
}

std::vector<FieldPath> fields_of(const Options& options) {
  std::vector<FieldPath> fields;
  if (!options.has("field")) return fields;
  const auto texts = options.strings("field");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    fields.push_back(
        FieldPath::parse(texts[i], texts.size() == 1 ? "/field" : "/field/" + std::to_string(i)));
  }
  return fields;
}

}  // namespace

void SetKey::describe(Descriptor& d) {
  d.name("set_key")
      .summary("Sets each record's key from one or several of its fields, or takes the key away.")
      .example("by_user: {plugin: set_key, from: events, field: user.id}");
  d.option(
      "field", Type::kStringList,
      "Where the key stands: a field path, `$header.NAME`. One: its text is the key. Several: a JSON array "
      "of what stands there, such as [\"o6_b\",3].");
  d.option("remove", Type::kBool, "Takes the key away; instead of `field`.").default_value("false");
  d.port("out", Item::kRecords, "The records with the new key, otherwise unchanged.");
}

std::string SetKey::takes(const Options& options, std::uint32_t /*input*/) {
  nlohmann::json schema = {{"type", "object"}};
  for (const auto& path : fields_of(options)) {
    if (const std::string field = path.first_field(); !field.empty()) schema["required"].push_back(field);
  }
  return schema.contains("required") ? schema.dump() : "";
}

SetKey::SetKey(const Options& options) : fields_(fields_of(options)) {
  const bool remove = options.boolean("remove");
  if (remove && options.has("field")) {
    throw OptionError("/remove", "'field' sets a key and 'remove: true' takes it away; expected one of them");
  }
  if (!remove && fields_.empty()) {
    throw OptionError(options.has("field") ? "/field" : "",
                      "expected 'field' with at least one field that makes the key, or 'remove: true'");
  }
}

void SetKey::process(const Record& record, Context& out) {
  if (fields_.empty()) return out.emit(out.with_key(record, kAbsent));
  reader_.read(record);
  if (fields_.size() > 1) {
    join();
    return out.emit(out.with_key(record, slice(joined_)));
  }
  const std::string_view text = find(fields_[0]).text;
  if (lies_in(record.value, text)) {  // as everywhere but in strings with escapes
    Record keyed = record;
    keyed.key = slice(text);
    return out.emit(keyed);
  }
  out.emit(out.with_key(record, slice(text)));
}

const JsonValue& SetKey::find(const FieldPath& path) {
  const JsonValue& found = reader_.find(path);
  switch (found.kind) {
    case Kind::kNotJson:
      throw Failure("bad_json",
                    "no key can be read from '" + path.text() + "': " + std::string(reader_.error()));
    case Kind::kMissing:
    case Kind::kNull:
    case Kind::kArray:
    case Kind::kObject:
      throw Failure("no_key", "the key's field '" + path.text() + "' is " + std::string(found.what()) +
                                  "; expected a string, a number or a boolean");
    default:
      return found;
  }
}

void SetKey::join() {
  joined_ = "[";
  for (const auto& path : fields_) {
    if (joined_.size() > 1) joined_ += ',';
    const JsonValue& found = find(path);
    if (found.kind != Kind::kString) {
      joined_ += found.text;
    } else if (is_utf8(found.text)) {
      append_json_string(found.text, joined_);
    } else {  // of the key or a header: a JSON value is UTF-8 throughout
      throw Failure("no_key", "the key's field '" + path.text() +
                                  "' is no UTF-8 text, so that it cannot be one of several in a JSON array");
    }
  }
  joined_ += ']';
}

}  // namespace weir::set_key

WEIR_PLUGIN(weir::set_key::SetKey);
