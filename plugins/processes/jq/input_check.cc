// SPDX-License-Identifier: Apache-2.0
#include "input_check.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace weir::jq {

namespace {

/// Up to here a double holds every integer.
constexpr std::uint64_t kLargest = std::uint64_t{1} << 53;

class NumberCheck final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t n) override {
    return n >= -static_cast<std::int64_t>(kLargest) || too_large(std::to_string(n));
  }
  bool number_unsigned(number_unsigned_t n) override { return n <= kLargest || too_large(std::to_string(n)); }
  bool number_float(number_float_t, const string_t& text) override {
    // An integer beyond 64 bits comes this way, too.
    return text.find_first_of(".eE") != string_t::npos || too_large(text);
  }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error_at_ = position;
    return false;
  }

  const std::string& large() const { return large_; }
  std::size_t error_at() const { return error_at_; }

 private:
  bool too_large(const std::string& text) {
    if (large_.empty()) large_ = text;
    return true;
  }

  std::string large_;
  std::size_t error_at_ = 0;
};

}  // namespace

InputProblem check_input(std::string_view json, bool round) {
  constexpr std::size_t kShown = 40;
  NumberCheck check;
  if (!nlohmann::json::sax_parse(json, &check)) {
    return {"bad_json",
            "the value is not JSON: the text breaks its rules at byte " + std::to_string(check.error_at())};
  }
  if (round || check.large().empty()) return {};
  const bool cut = check.large().size() > kShown;
  return {"large_integer",
          "the integer " + check.large().substr(0, kShown) + (cut ? "..." : "") +
              " has more digits than jq keeps (integers up to 2^53); make it a string, or set "
              "large_integers: round"};
}

}  // namespace weir::jq
