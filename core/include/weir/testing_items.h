// SPDX-License-Identifier: Apache-2.0
//
// What tests of a plugin hand in and get back. Included by testing.h.
#pragma once

#include <weir/abi.h>
#include <weir/record.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weir::testing {

/// A record that owns its bytes: what a test hands in and gets back.
struct Item {
  Item() = default;
  Item(const char* v) : value(v) {}             // NOLINT(google-explicit-constructor)
  Item(std::string v) : value(std::move(v)) {}  // NOLINT(google-explicit-constructor)
  Item(std::string v, std::int64_t time) : value(std::move(v)), event_time(time) {}
  explicit Item(const weir_record& r) {
    if (r.value.data != nullptr) value = std::string(view(r.value));
    if (r.key.data != nullptr) key = std::string(view(r.key));
    for (std::uint32_t i = 0; i < r.header_count; ++i) {
      headers.emplace_back(view(r.headers[i].name), view(r.headers[i].value));
    }
    event_time = r.event_time;
    position = r.position;
    if (r.origin != nullptr) {
      origin = std::string(view(r.origin->name));
      partition = r.origin->partition;
    }
    if (r.failure != nullptr) {
      code = std::string(view(r.failure->code));
      message = std::string(view(r.failure->message));
      attempts = r.failure->attempts;
      first_time = r.failure->first_time;
      last_time = r.failure->last_time;
    }
  }

  std::optional<std::string> value;
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::string>> headers;
  std::int64_t event_time = WEIR_NO_TIME;
  std::string origin;
  std::int32_t partition = -1;
  std::int64_t position = -1;
  /// Filled on records that left with a reason; attempts > 0 on an input makes it a record tried before.
  std::string code, message;
  std::uint32_t attempts = 0;
  std::int64_t first_time = 0, last_time = 0;
};

/// A group as it left by a port.
struct GroupItem {
  std::optional<std::string> key;
  std::int64_t start = 0, end = 0;
  std::vector<Item> records;
};

/// What a plugin answered by an error status, or said was wrong with its options.
class PluginError : public std::runtime_error {
 public:
  PluginError(weir_status s, std::string c, const std::string& message, std::string p = {})
      : std::runtime_error(message), status(s), code(std::move(c)), pointer(std::move(p)) {}
  weir_status status;
  std::string code;
  std::string pointer;  ///< of an option, when it was one
};

/// Processing time of a test, moved by the test only.
class TestClock {
 public:
  std::chrono::milliseconds now() const { return std::chrono::milliseconds(now_.load()); }
  void set(std::chrono::milliseconds t) { now_ = t.count(); }

 private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

}  // namespace weir::testing
