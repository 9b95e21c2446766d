// SPDX-License-Identifier: Apache-2.0
//
// Reading fields of JSON values in place. Needs simdjson: link weir::json.
#pragma once

#include <weir/field_path.h>
#include <weir/json_document.h>
#include <weir/json_plain.h>
#include <weir/json_value.h>
#include <weir/record.h>

#include <simdjson.h>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

/// Finds fields in records without copying or building a tree.
///
/// What is checked when a JSON field is asked for, so that a broken value gives kNotJson instead of a field:
///  - The whole value: UTF-8, strings that end and hold no bare control characters, as many closing brackets
///    as opening ones, nothing behind the JSON text. A value that was cut off is always noticed.
///  - The objects and arrays on the way to the field, the field itself among them, to their ends: names,
///  colons,
///    commas, closing brackets, and the first character of each element.
///  - The field itself where it is a scalar: its spelling, its escapes.
/// Not checked, because it is passed over: the spelling of other scalars, and what stands inside of other
/// objects and arrays. Where a name stands twice in an object, the first counts.
///
/// One thread; for its memory see JsonDocument.
class JsonReader {
 public:
  JsonReader() = default;
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  /// The record that find() looks into from now on; it must stay until the last find(). Nothing is parsed
  /// until a JSON field is asked for.
  void read(const Record& record) {
    record_ = &record;
    state_ = State::kFresh;
  }
  void read(const Record&&) = delete;

  /// Why the last find() gave kNotJson.
  std::string_view error() const { return error_; }

  /// The place's content, valid until the next call. Key and headers are text: kString or kMissing. A record
  /// without a value (a tombstone) has no fields: kMissing.
  const JsonValue& find(const FieldPath& path) {
    found_ = {};
    if (record_ == nullptr) return found_;
    switch (path.place()) {
      case FieldPath::Place::kKey:
        found_text(record_->key_bytes());
        return found_;
      case FieldPath::Place::kHeader:
        found_text(record_->header(path.header()));
        return found_;
      case FieldPath::Place::kValue:
        break;
    }
    if (!record_->has_value() || find_plain(path.steps())) return found_;
    if (!open() || !find_in_document(path.steps())) {
      state_ = State::kBroken;
      found_ = {};
      found_.kind = Kind::kNotJson;
      found_.text = error_;
    }
    return found_;
  }

 private:
  using Steps = std::span<const FieldPath::Step>;
  using Kind = JsonValue::Kind;
  /// kPlain: plain_ reads the value; kUnusual: it cannot.
  enum class State : std::uint8_t { kFresh, kPlain, kUnusual, kOpen, kBroken };

  // The functions below that return bool give false, with the reason in error_, when the value is not JSON.
  // What they find they leave in found_: handing it up by value costs more than a step of the search.
  bool fail(std::string_view why) {
    error_ = why;
    return false;
  }
  bool fail(simdjson::error_code error) { return fail(simdjson::error_message(error)); }

  void found_text(std::optional<std::string_view> text) {
    if (!text) return;
    found_.kind = Kind::kString;
    found_.text = *text;
  }

  /// Whether found_ is the answer already.
  bool find_plain(Steps steps) {
    if (state_ == State::kFresh) state_ = plain_.open(record_->bytes()) ? State::kPlain : State::kUnusual;
    if (state_ != State::kPlain) return false;
    std::string_view text;
    switch (plain_.find(steps, text)) {
      case PlainJson::Answer::kMissing:
        return true;
      case PlainJson::Answer::kString:
        found_text(text);
        return true;
      case PlainJson::Answer::kScalar:
        found_ = read_json_scalar(text);
        if (found_.kind != Kind::kNotJson) return true;
        found_ = {};
        break;
      case PlainJson::Answer::kNotPlain:
        break;
    }
    state_ = State::kUnusual;
    return false;
  }

  bool open() {
    if (state_ == State::kBroken) return false;
    if (state_ == State::kOpen) {
      document_.rewind();
      return true;
    }
    if (const auto error = document_.open(record_->bytes())) {
      return fail(error == simdjson::EMPTY ? "the value is empty" : simdjson::error_message(error));
    }
    state_ = State::kOpen;
    return true;
  }

  bool find_in_document(Steps steps) {
    const std::string_view text = document_.text();
    if (text.front() == '{') {
      simdjson::ondemand::object object;
      if (const auto error = document_.root().get_object().get(object)) return fail(error);
      if (!in_object(object, steps)) return false;
    } else if (text.front() == '[') {
      simdjson::ondemand::array array;
      if (const auto error = document_.root().get_array().get(array)) return fail(error);
      if (!in_array(array, steps)) return false;
    }
    if (!document_.ended()) return fail("there is something behind the end of the JSON text");
    if (!document_.is_container()) {
      if (!scalar(text)) return false;
      if (!steps.empty()) found_ = {};
    } else if (steps.empty()) {
      found_.kind = text.front() == '{' ? Kind::kObject : Kind::kArray;
      found_.text = text;
    }
    return true;
  }

  /// With no steps, only checks the object itself.
  bool in_object(simdjson::ondemand::object& object, Steps steps) {
    bool wanted = !steps.empty() && !steps.front().by_index;
    for (auto item : object) {
      if (item.error()) return fail(item.error());
      auto& field = item.value_unsafe();  // not copied: that would cost more than the rest of the step
      if (wanted && is_name(JsonDocument::name(field), steps.front().name)) {
        wanted = false;
        if (!in_value(field.value(), steps.subspan(1))) return false;
      } else if (!JsonDocument::enter(field.value())) {
        return fail(kNoValue);
      }
    }
    return true;
  }

  bool in_array(simdjson::ondemand::array& array, Steps steps) {
    const bool wanted = !steps.empty() && steps.front().by_index;
    std::size_t index = 0;
    for (auto item : array) {
      if (item.error()) return fail(item.error());
      if (wanted && index == steps.front().index) {
        if (!in_value(item.value_unsafe(), steps.subspan(1))) return false;
      } else if (!JsonDocument::enter(item.value_unsafe())) {
        return fail(kNoValue);
      }
      ++index;
    }
    return true;
  }

  bool in_value(simdjson::ondemand::value& value, Steps steps) {
    const std::string_view token = JsonDocument::scalar(value);
    if (token.front() == '{') {
      simdjson::ondemand::object inner;
      if (const auto error = value.get_object().get(inner)) return fail(error);
      return in_object(inner, steps) && (!steps.empty() || found_container(Kind::kObject, token.data()));
    }
    if (token.front() == '[') {
      simdjson::ondemand::array inner;
      if (const auto error = value.get_array().get(inner)) return fail(error);
      return in_array(inner, steps) && (!steps.empty() || found_container(Kind::kArray, token.data()));
    }
    if (!JsonDocument::enter(value)) return fail(kNoValue);
    return !steps.empty() || scalar(token);
  }

  bool found_container(Kind kind, const char* start) {
    found_.kind = kind;
    found_.text = document_.walked(start);
    return !found_.text.empty() || fail("the JSON text ends too early");
  }

  bool is_name(std::string_view raw, std::string_view name) {
    if (raw.size() <= name.size()) return raw == name;  // an escape is longer than what it stands for
    if (raw.find('\\') == std::string_view::npos) return false;
    return document_.unescape(raw) == name;
  }

  bool scalar(std::string_view token) {
    if (token.front() != '"') {
      found_ = read_json_scalar(token);
      return found_.kind != Kind::kNotJson || fail(found_.text);
    }
    const auto text = document_.unescape(token.substr(1, token.size() - 2));
    if (!text) return fail("a string holds an escape that does not exist, or half of a surrogate pair");
    found_.kind = Kind::kString;
    found_.text = *text;
    return true;
  }

  static constexpr std::string_view kNoValue = "a value is missing";

  PlainJson plain_;
  JsonDocument document_;
  const Record* record_ = nullptr;
  State state_ = State::kFresh;
  JsonValue found_;
  std::string_view error_;
};

}  // namespace weir
