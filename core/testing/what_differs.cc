// SPDX-License-Identifier: Apache-2.0
#include "testing/what_differs.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/utf8.h"
#include "testing/written_text.h"

namespace weir {
namespace {

using nlohmann::json;

/// "a; b; c", the first few.
class Differences {
 public:
  void add(const std::string& one) {
    constexpr std::size_t kMost = 5;
    if (++count_ <= kMost) text_ += (text_.empty() ? "" : "; ") + one;
    if (count_ == kMost + 1) text_ += "; ...";
  }
  void add(const std::string& what, const std::string& got, const std::string& want) {
    if (got != want) add(what + " is " + got + ", expected " + want);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

std::string short_json(const json& value) {
  constexpr std::size_t kMost = 80;
  return printable(value.dump(-1, ' ', false, json::error_handler_t::replace), kMost);
}

std::string text_of(const std::optional<std::string>& text) {
  return text ? "'" + printable(*text) + "'" : "~";
}

void compare_members(const json& want, const json& got, bool partial, Differences& all) {
  for (const auto& change : json::diff(want, got)) {
    const auto& op = change.at("op").get_ref<const std::string&>();
    const std::string path = printable(change.at("path").get_ref<const std::string&>());
    const json::json_pointer at(change.at("path").get<std::string>());
    if (op == "add") {
      if (!partial) all.add(path + " is " + short_json(change.at("value")) + ", expected nothing");
    } else {
      const std::string found = op == "replace" ? short_json(change.at("value")) : "missing";
      all.add(path, found, short_json(want.at(at)));
    }
  }
}

}  // namespace

std::string what_differs(const WrittenRecord& want, const SampleRecord& got, Care care) {
  Differences all;
  if (want.value && got.value) {
    const json is = json::parse(*got.value, nullptr, false);
    if (want.value->is_object() && is.is_object()) {
      compare_members(*want.value, is, care == Care::kWritten, all);
    } else {
      return {};
    }
  }
  if (care == Care::kValue) return all.text();
  const bool exact = care == Care::kExact;
  if (want.key || exact) all.add("key", text_of(got.key), text_of(want.key.value_or(std::nullopt)));
  if (want.time || exact) all.add("time", time_text(got.time), time_text(want.time.value_or(WEIR_NO_TIME)));
  if (want.code || exact) all.add("code", text_of(got.code), text_of(want.code.value_or("")));
  if (want.message) all.add("message", text_of(got.message), text_of(*want.message));
  return all.text();
}

std::string what_differs(const WrittenGroup& want, const SampleGroup& got, Care care) {
  Differences all;
  if (want.key || care == Care::kExact)
    all.add("key", text_of(got.key), text_of(want.key.value_or(std::nullopt)));
  if (want.start) all.add("start", time_text(got.start), time_text(*want.start));
  if (want.end) all.add("end", time_text(got.end), time_text(*want.end));
  all.add("the number of records", std::to_string(got.records.size()), std::to_string(want.records.size()));
  return all.text();
}

}  // namespace weir
