// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/options.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace weir {

/// Names a place in a record, as it is written in a pipeline file:
///
///     user.address.city      the field of a field of a JSON object
///     items[0].id, [0]       elements of an array, counted from 0
///     user\.name             a dot that belongs to the name; likewise \[ \] \\ and, at the start, \$
///     $ (or nothing)         the whole value, read as JSON; `$.user` is the same as `user`
///     $key                   the record's key, as text
///     $header.NAME           the last header of that name, as text; NAME is taken as it stands, dots
///     included
///
/// A FieldPath is plain data; it may be copied and read from several threads.
class FieldPath {
 public:
  enum class Place : std::uint8_t { kValue, kKey, kHeader };

  /// One step into a JSON value: into an object by name, or into an array by number.
  struct Step {
    std::string name;
    std::size_t index = 0;
    bool by_index = false;
  };

  /// The whole value.
  FieldPath() = default;

  /// Throws OptionError at `pointer` (of the option that holds `text`) with what is wrong and where.
  static FieldPath parse(std::string_view text, const std::string& pointer) {
    FieldPath path;
    path.text_ = text;
    std::size_t at = 0;
    if (!text.empty() && text.front() == '$') {
      if (text == "$key") {
        path.place_ = Place::kKey;
        return path;
      }
      if (text.substr(0, kHeader.size()) == kHeader && text.size() > kHeader.size()) {
        path.place_ = Place::kHeader;
        path.header_ = text.substr(kHeader.size());
        return path;
      }
      at = 1;
      if (text.size() > 1 && text[1] == '.') {
        at = 2;
      } else if (text.size() > 1 && text[1] != '[') {
        throw OptionError(pointer, "'" + path.text_ +
                                       "' is no place in a record: expected $key, $header.NAME, $ (the whole "
                                       "value) or the name of a field (\\$ for a name that begins with $)");
      }
      if (at == text.size() && at == 2) path.refuse(pointer, at, "the name of a field");
    }
    path.read_steps(at, pointer);
    return path;
  }

  Place place() const { return place_; }
  const std::string& header() const { return header_; }
  /// From the whole value inwards; empty for the whole value itself.
  const std::vector<Step>& steps() const { return steps_; }
  /// As it was written.
  const std::string& text() const { return text_; }
  /// The field that a value must be an object with, for the path to lead anywhere; empty where it asks for
  /// none.
  std::string first_field() const {
    return place_ != Place::kValue || steps_.empty() || steps_[0].by_index ? "" : steps_[0].name;
  }

 private:
  static constexpr std::string_view kHeader = "$header.";

  void read_steps(std::size_t at, const std::string& pointer) {
    const std::string_view text = text_;
    bool name_expected = at < text.size() && text[at] != '[';
    while (at < text.size() || name_expected) {
      if (name_expected) {
        at = read_name(at, pointer);
        name_expected = false;
      } else if (text[at] == '[') {
        at = read_index(at + 1, pointer);
      } else if (text[at] == '.') {
        ++at;
        name_expected = true;
      } else {
        refuse(pointer, at, "'.' or '['");
      }
    }
  }

  std::size_t read_name(std::size_t at, const std::string& pointer) {
    const std::string_view text = text_;
    Step step;
    for (; at < text.size() && text[at] != '.' && text[at] != '['; ++at) {
      if (text[at] == ']') refuse(pointer, at, "a name, or '\\]' where it belongs to the name");
      if (text[at] == '\\') {
        ++at;
        if (at == text.size() || std::string_view(".[]\\$").find(text[at]) == std::string_view::npos) {
          refuse(pointer, at, "one of . [ ] \\ $ after a backslash");
        }
      }
      step.name += text[at];
    }
    if (step.name.empty()) refuse(pointer, at, "the name of a field");
    steps_.push_back(std::move(step));
    return at;
  }

  std::size_t read_index(std::size_t at, const std::string& pointer) {
    Step step;
    step.by_index = true;
    const char* const end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at, end, step.index);
    if (error != std::errc()) refuse(pointer, at, "the number of an element, counted from 0");
    if (stop == end || *stop != ']') {
      refuse(pointer, static_cast<std::size_t>(stop - text_.data()), "']'");
    }
    steps_.push_back(step);
    return static_cast<std::size_t>(stop - text_.data()) + 1;
  }

  [[noreturn]] void refuse(const std::string& pointer, std::size_t at, const std::string& expected) const {
    throw OptionError(pointer, "'" + text_ + "' is no field path: expected " + expected + " at " +
                                   (at >= text_.size() ? "its end" : "character " + std::to_string(at + 1)));
  }

  std::string text_;
  Place place_ = Place::kValue;
  std::string header_;
  std::vector<Step> steps_;
};

}  // namespace weir
