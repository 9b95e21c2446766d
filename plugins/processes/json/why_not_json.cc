// SPDX-License-Identifier: Apache-2.0
#include "why_not_json.h"

#include <simdjson.h>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "checked_json.h"

namespace weir::json {

namespace {

constexpr std::size_t kLongestMessage = 240;

// Takes a text in and keeps nothing but the first error.
class FirstError final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return deeper(); }
  bool key(string_t&) override { return true; }
  bool end_object() override { return higher(); }
  bool start_array(std::size_t) override { return deeper(); }
  bool end_array() override { return higher(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 8: syntax error while parsing ..."
    const std::string_view text = e.what();
    const std::size_t reason = text.find(": ");
    message_ = "byte " + std::to_string(position) + ": ";
    message_ += reason == std::string_view::npos ? text : text.substr(reason + 2);
    return false;
  }

  const std::string& message() const { return message_; }

 private:
  bool deeper() {
    if (++depth_ <= CheckedJson::kMaxDepth) return true;
    message_ =
        "objects and arrays stand deeper in one another than " + std::to_string(CheckedJson::kMaxDepth);
    return false;
  }
  bool higher() { return --depth_, true; }

  int depth_ = 0;
  std::string message_;
};

}  // namespace

std::string why_not_json(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return "byte 1: a byte order mark, which JSON does not have";
  FirstError error;
  nlohmann::json::sax_parse(bytes, &error);
  std::string message = error.message();
  // The parser quotes what it read, which may be long or, as a reason to refuse it, not UTF-8.
  if (message.size() > kLongestMessage || !simdjson::validate_utf8(message)) {
    message.resize(std::min(message.find("; last read"), message.size()));
  }
  if (message.size() > kLongestMessage || !simdjson::validate_utf8(message)) message.clear();
  return message.empty() ? "the text breaks the rules of JSON" : message;
}

}  // namespace weir::json
