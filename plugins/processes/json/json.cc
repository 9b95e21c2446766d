// SPDX-License-Identifier: Apache-2.0
#include "json.h"

#include <weir/json_string.h>
#include <weir/plugin.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "why_not_json.h"

namespace weir::json {

namespace {

using Kind = JsonValue::Kind;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kWhitespace = " \t\n\v\f\r";
  const auto first = text.find_first_not_of(kWhitespace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhitespace) - first + 1);
}

// Text that is meant as JSON, even if it is broken.
bool begins_like_json(std::string_view text) {
  return !text.empty() && (text.front() == '{' || text.front() == '[' || text.front() == '"');
}

}  // namespace

void Json::describe(Descriptor& d) {
  d.name("json")
      .summary(
          "Checks that values are JSON objects, can pick and rename fields; the rest leaves by `invalid`.")
      .example("parse: {plugin: json, from: lines, wrap_as: openid, require: [openid]}");
  d.option("allow", Type::kChoice, "What a value may be: a JSON `object`, or `any` JSON.")
      .choices({"object", "any"})
      .default_value("object");
  d.option("wrap_as", Type::kString,
           "The name under which a bare string or number becomes an object: with `openid`, \"o6_b\" becomes "
           "{\"openid\":\"o6_b\"}. Without it, bare values are refused unless `allow` is `any`.");
  d.option(
       "plain_text", Type::kBool,
       "Whether a value that does not begin with {, [ or a quote is taken as a string, white space around it "
       "left out: o6_b as \"o6_b\", 12 as \"12\". Needs `wrap_as`, or `allow: any`.")
      .default_value("false");
  d.option("require", Type::kStringList, "Fields of the object that must be there and not be null.");
  d.option("select", Type::kStringList,
           "The only fields of the object that go on, in the order of the value.");
  d.option("rename", Type::kStringMap, "New names of fields of the object: `{old: new}`.");
  d.port("out", Item::kRecords,
         "The valid values, byte for byte unless wrap_as, plain_text, select or rename change them.");
  d.port("invalid", Item::kRecords,
         "The others, unchanged, with code bad_json, not_an_object, missing_field or duplicate_field.");
}

Json::Json(const Options& options)
    : objects_only_(options.string("allow") == "object"), plain_text_(options.boolean("plain_text")) {
  const std::string wrap_as = options.has("wrap_as") ? options.string("wrap_as") : "";
  if (options.has("wrap_as") && wrap_as.empty())
    throw OptionError("/wrap_as", "expected the name of a field");
  if (plain_text_ && wrap_as.empty() && objects_only_) {
    throw OptionError("/plain_text",
                      "plain text is no object: set wrap_as to the field that is to hold it, or "
                      "allow: any");
  }
  if (options.has("require")) required_ = options.strings("require");
  read_shapes(options);
  if (!objects_only_ && (!required_.empty() || !shapes_.empty() || select_)) {
    throw OptionError("/allow", "require, select and rename need objects, but 'any' lets other values pass");
  }
  if (wrap_as.empty()) return;
  const Shape* const shape = shape_of(wrap_as);
  if (select_ && shape == nullptr) {
    throw OptionError("/select",
                      "'" + wrap_as + "', the field of wrap_as, is not among the fields that go on");
  }
  wrap_start_ = "{" + (shape != nullptr ? shape->quoted_name : json_string(wrap_as)) + ":";
  for (const auto& name : required_) {
    if (name != wrap_as) wrap_lacks_ = name;
  }
}

void Json::read_shapes(const Options& options) {
  const auto renamed =
      options.has("rename") ? options.string_map("rename") : std::map<std::string, std::string>();
  if (options.has("select")) {
    select_ = true;
    for (const auto& name : options.strings("select")) {
      if (shape_of(name) == nullptr) shapes_.push_back({name, name, json_string(name)});
    }
    if (shapes_.empty()) throw OptionError("/select", "expected at least one field");
  }
  for (const auto& rename : renamed) {
    const std::string& name = rename.first;
    auto shape =
        std::find_if(shapes_.begin(), shapes_.end(), [&name](const Shape& s) { return s.name == name; });
    if (shape == shapes_.end()) {
      if (select_) {
        throw OptionError((nlohmann::json::json_pointer("/rename") / name).to_string(),
                          "'" + name + "' is renamed, but not among the fields of select");
      }
      shape = shapes_.insert(shape, {name, {}, {}});
    }
    shape->new_name = rename.second;
    shape->quoted_name = json_string(rename.second);
  }
  for (const auto& shape : shapes_) {
    const auto same = [&shape](const Shape& other) { return other.new_name == shape.new_name; };
    if (std::count_if(shapes_.begin(), shapes_.end(), same) > 1) {
      throw OptionError("/rename", "two fields would be named '" + shape.new_name + "'");
    }
  }
}

void Json::process(const Batch& batch, Context& out) {
  const Records records = batch.items();
  std::size_t begin = 0;  // of the records in a row that pass as they are
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Answer answer = look_at(records[i]);
    if (answer == Answer::kPass) continue;
    if (begin != i) out.emit(kOut, records.subspan(begin, i - begin));
    begin = i + 1;
    if (answer == Answer::kChange) {
      out.emit(kOut, out.with_value(records[i], text_));
    } else {
      out.fail(kInvalid, records[i], code_, message_);
    }
  }
  if (begin != records.size()) out.emit(kOut, records.subspan(begin));
}

Json::Answer Json::look_at(const Record& record) {
  if (!record.has_value()) return refuse("bad_json", "the record has no value (a tombstone)");
  const std::string_view text = trimmed(record.bytes());
  if (text.empty()) return refuse("bad_json", "the value is empty");
  if (plain_text_ && !begins_like_json(text)) return take_plain_text(text);
  if (!json_.read(record.bytes())) {
    std::string reason = why_not_json(record.bytes());
    if (!begins_like_json(text)) reason += " (plain_text: true would take text without quotes)";
    return refuse("bad_json", std::move(reason));
  }
  JsonValue value;
  value.kind = json_.kind();
  if (value.kind == Kind::kObject) return look_at_object();
  const bool can_wrap = value.kind == Kind::kString || value.is_number();
  if (can_wrap && !wrap_start_.empty()) return wrap(json_.text());
  if (!objects_only_) return Answer::kPass;
  return refuse("not_an_object", "found " + std::string(value.what()) + ", expected an object" +
                                     (can_wrap ? " (wrap_as would make it a field of one)" : ""));
}

Json::Answer Json::take_plain_text(std::string_view text) {
  if (!simdjson::validate_utf8(text)) return refuse("bad_json", "the text is not UTF-8");
  if (!wrap_start_.empty()) return wrap(json_string(text));
  text_ = json_string(text);
  return Answer::kChange;
}

Json::Answer Json::wrap(std::string_view json) {
  if (!wrap_lacks_.empty()) {
    return refuse("missing_field", "the bare value is no field '" + wrap_lacks_ + "', which is required");
  }
  text_ = wrap_start_;
  text_ += json;
  text_ += '}';
  return Answer::kChange;
}

Json::Answer Json::look_at_object() {
  if (!has_required()) return Answer::kRefuse;
  return shapes_.empty() ? Answer::kPass : reshape();
}

bool Json::has_required() {
  for (const auto& name : required_) {
    const CheckedJson::Field* const field = find(name);
    if (field != nullptr && field->value != "null") continue;
    refuse("missing_field", field == nullptr ? "there is no field '" + name + "', which is required"
                                             : "the field '" + name + "' is null, but required");
    return false;
  }
  return true;
}

const CheckedJson::Field* Json::find(std::string_view name) {
  const auto& fields = json_.fields();
  const auto found =
      std::find_if(fields.begin(), fields.end(),
                   [this, name](const CheckedJson::Field& field) { return json_.plain_name(field) == name; });
  return found == fields.end() ? nullptr : &*found;
}

// Whether a field that keeps its name would stand beside another that is given the same one.
bool Json::is_renamed_to(std::string_view name) {
  const auto shape =
      std::find_if(shapes_.begin(), shapes_.end(), [name](const Shape& s) { return s.new_name == name; });
  if (shape == shapes_.end() || find(shape->name) == nullptr) return false;
  refuse("duplicate_field", "'" + shape->name + "' is to be renamed to '" + shape->new_name +
                                "', but there is a field of that name already");
  return true;
}

// Puts the value together from slices of the old one.
Json::Answer Json::reshape() {
  text_ = "{";
  for (const auto& field : json_.fields()) {
    const std::string_view name = json_.plain_name(field);
    const Shape* const shape = shape_of(name);
    if (shape == nullptr && select_) continue;
    if (shape == nullptr && is_renamed_to(name)) return Answer::kRefuse;
    if (text_.size() > 1) text_ += ',';
    if (shape != nullptr) {
      text_ += shape->quoted_name;
    } else {
      text_ += '"';
      text_ += field.name;
      text_ += '"';
    }
    text_ += ':';
    text_ += field.value;
  }
  text_ += '}';
  return Answer::kChange;
}

const Json::Shape* Json::shape_of(std::string_view name) const {
  const auto found =
      std::find_if(shapes_.begin(), shapes_.end(), [name](const Shape& s) { return s.name == name; });
  return found == shapes_.end() ? nullptr : &*found;
}

Json::Answer Json::refuse(std::string_view code, std::string message) {
  code_ = code;
  message_ = std::move(message);
  return Answer::kRefuse;
}

}  // namespace weir::json

WEIR_PLUGIN(weir::json::Json);
