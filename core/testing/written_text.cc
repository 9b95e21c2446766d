// SPDX-License-Identifier: Apache-2.0
#include "testing/written_text.h"

#include <optional>
#include <string_view>

#include "base/units.h"
#include "base/utf8.h"

namespace weir {
namespace {

constexpr std::size_t kLongest = 200;

std::string in_quotes(std::string_view text) {
  return "'" + printable(text, kLongest) + "'";
}

/// `a: 1, b: 2` in braces; a record of which only the value is there is the value alone.
class Parts {
 public:
  void add(const std::string& name, const std::string& text) {
    parts_ += (parts_.empty() ? "" : ", ") + name + ": " + text;
    ++count_;
    alone_ = name == "value" ? text : "";
  }
  std::string text() const {
    if (count_ == 1 && !alone_.empty()) return alone_;
    return "{" + parts_ + "}";
  }

 private:
  std::string parts_, alone_;
  int count_ = 0;
};

std::string key_text(const std::optional<std::string>& key) {
  return key ? in_quotes(*key) : "~";
}

std::string headers_text(const SampleHeaders& headers) {
  Parts parts;
  for (const auto& [name, value] : headers) parts.add(printable(name), in_quotes(value));
  return parts.text();
}

template <class Records>
std::string list_text(const Records& records) {
  std::string text;
  for (const auto& record : records) {
    if (text.size() > 4 * kLongest) return "[" + text + ", ...]";
    text += (text.empty() ? "" : ", ") + to_text(record);
  }
  return "[" + text + "]";
}

}  // namespace

std::string time_text(std::int64_t time) {
  if (time == WEIR_NO_TIME) return "~";
  // A test file can say these years as a date; others only as a number.
  constexpr std::int64_t kFirst = -62'135'596'800'000, kLast = 253'402'300'799'999;
  return time < kFirst || time > kLast ? std::to_string(time) : format_time(time);
}

std::string to_text(const WrittenRecord& record) {
  Parts parts;
  if (record.value) {
    const auto& value = *record.value;
    parts.add("value", value.is_null()     ? "~"
                       : value.is_string() ? in_quotes(value.get_ref<const std::string&>())
                                           : printable(value.dump(), kLongest));
  }
  if (record.key) parts.add("key", key_text(*record.key));
  if (record.headers) parts.add("headers", headers_text(*record.headers));
  if (record.time) parts.add("time", time_text(*record.time));
  if (record.code) parts.add("code", printable(*record.code));
  if (record.message) parts.add("message", in_quotes(*record.message));
  if (record.attempts) parts.add("attempts", std::to_string(*record.attempts));
  if (record.origin) parts.add("origin", printable(*record.origin));
  if (record.partition) parts.add("partition", std::to_string(*record.partition));
  if (record.position) parts.add("position", std::to_string(*record.position));
  return parts.text();
}

std::string to_text(const SampleRecord& record) {
  Parts parts;
  parts.add("value", record.value ? in_quotes(*record.value) : "~");
  if (record.key) parts.add("key", key_text(record.key));
  if (!record.headers.empty()) parts.add("headers", headers_text(record.headers));
  if (record.time != WEIR_NO_TIME) parts.add("time", time_text(record.time));
  if (!record.code.empty()) parts.add("code", printable(record.code));
  if (!record.message.empty()) parts.add("message", in_quotes(record.message));
  if (record.attempts > 1) parts.add("attempts", std::to_string(record.attempts));
  if (!record.origin.empty()) {
    parts.add("partition", std::to_string(record.partition));
    parts.add("position", std::to_string(record.position));
  }
  return parts.text();
}

std::string to_text(const WrittenGroup& group) {
  Parts parts;
  parts.add(group.values_only ? "values" : "records", list_text(group.records));
  if (group.key) parts.add("key", key_text(*group.key));
  if (group.start) parts.add("start", time_text(*group.start));
  if (group.end) parts.add("end", time_text(*group.end));
  return parts.text();
}

std::string to_text(const SampleGroup& group) {
  Parts parts;
  parts.add("records", list_text(group.records));
  if (group.key) parts.add("key", key_text(group.key));
  parts.add("start", time_text(group.start));
  parts.add("end", time_text(group.end));
  return parts.text();
}

}  // namespace weir
