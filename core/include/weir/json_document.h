// SPDX-License-Identifier: Apache-2.0
//
// One JSON text after another, in place, by simdjson's On-Demand front end. Needs simdjson: link weir::json.
// For reading a field, json_field.h is simpler; this is for code that walks through a value itself.
#pragma once

#include <weir/abi.h>

#include <simdjson.h>
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace weir {

/// A parser with the JSON text that it reads, and the parts that On-Demand leaves to its caller.
///
/// open() checks of the whole text that it is UTF-8 and that its strings end and hold no bare control
/// characters; all else is checked only where the caller goes. Slices point into the text.
///
/// One thread. Holds memory of about six times the largest text; beyond kKeptCapacity only until the next
/// small one.
class JsonDocument {
 public:
  JsonDocument() = default;
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  /// Begins to read `bytes`, which have WEIR_PADDING readable bytes behind them and outlive the reading.
  simdjson::error_code open(std::string_view bytes) {
    if (bytes.empty()) return simdjson::EMPTY;
    if (bytes.size() > parser_.capacity() ||
        (parser_.capacity() > kKeptCapacity && bytes.size() <= kLeastCapacity)) {
      const auto error = parser_.allocate(std::max(kLeastCapacity, std::bit_ceil(bytes.size())));
      if (error) return error;
    }
    if (const auto error =
            parser_.iterate(bytes.data(), bytes.size(), bytes.size() + WEIR_PADDING).get(root_)) {
      return error;
    }
    std::string_view token;
    if (const auto error = root_.raw_json_token().get(token)) return error;
    text_ = trimmed({token.data(), bytes.size() - static_cast<std::size_t>(token.data() - bytes.data())});
    single_ = trimmed(token).size() == text_.size();
    return simdjson::SUCCESS;
  }

  /// The JSON text without white space around it; never empty after open().
  std::string_view text() const { return text_; }
  /// The outermost value; text() begins with '{' for an object, with '[' for an array. A scalar is to be read
  /// from text(): simdjson's functions for it depend on the bytes behind the text.
  simdjson::ondemand::document& root() { return root_; }
  /// Back to the start. Not after an error: simdjson has given the text up then.
  void rewind() { root_.rewind(); }
  /// After the outermost object or array has been walked through: whether nothing stands behind it.
  /// For a scalar: whether it is alone.
  bool ended() {
    return is_container() ? root_.current_location().error() == simdjson::OUT_OF_BOUNDS : single_;
  }
  bool is_container() const { return text_.front() == '{' || text_.front() == '['; }

  /// After an object or array inside of the outermost one has been walked through: its text, which begins at
  /// `start`. Empty when the text ends there, which is an error.
  std::string_view walked(const char* start) {
    const char* next = nullptr;  // the comma or bracket behind it
    if (root_.current_location().get(next)) return {};
    return trimmed({start, static_cast<std::size_t>(next - start)});
  }

  /// From a scalar's first character to its last; raw_json_token() reaches on to the next token.
  static std::string_view scalar(simdjson::ondemand::value& value) { return trimmed(value.raw_json_token()); }

  /// A field's name as it stands between the quotes.
  static std::string_view name(simdjson::ondemand::field& field) {
    // It ends at the quote before the colon before the value.
    const char* end = field.value().raw_json_token().data() - 1;
    while (*end != ':') --end;
    while (*end != '"') --end;
    const char* const start = field.key().raw();
    return {start, static_cast<std::size_t>(end - start)};
  }

  /// Whether a value begins here. One that does is left behind by the iterator's next step, unless its
  /// object or array is walked through. (Strings are consumed at once: simdjson would take one that a colon
  /// follows for a name, and leave more than it behind.)
  static bool enter(simdjson::ondemand::value& value) {
    const char first = value.raw_json_token().front();
    switch (first) {
      case '"':
        return value.get_raw_json_string().error() == simdjson::SUCCESS;
      case '{':
      case '[':
      case '-':
      case 't':
      case 'f':
      case 'n':
        return true;
      default:
        return first >= '0' && first <= '9';
    }
  }

  /// A name or string without its escapes; nothing when one does not exist or is half of a surrogate pair.
  /// `raw` stands between quotes in the text. Valid until the next call.
  std::optional<std::string_view> unescape(std::string_view raw) {
    if (raw.find('\\') == std::string_view::npos) return raw;
    scratch_.resize(std::max(scratch_.size(), raw.size() + simdjson::SIMDJSON_PADDING));
    std::uint8_t* to = scratch_.data();
    const simdjson::ondemand::raw_json_string from(reinterpret_cast<const std::uint8_t*>(raw.data()));
    std::string_view text;
    if (parser_.unescape(from, to).get(text)) return std::nullopt;
    return text;
  }

  /// Without JSON's white space at the end.
  static std::string_view trimmed(std::string_view text) {
    const auto white = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!text.empty() && white(text.back())) text.remove_suffix(1);
    return text;
  }

 private:
  static constexpr std::size_t kLeastCapacity = 16u << 10;
  static constexpr std::size_t kKeptCapacity = 1u << 20;
  static_assert(WEIR_PADDING >= simdjson::SIMDJSON_PADDING, "records are parsed in place");

  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document root_;
  std::string_view text_;
  bool single_ = false;
  std::vector<std::uint8_t> scratch_;  // simdjson writes to it in steps of a register
};

}  // namespace weir
