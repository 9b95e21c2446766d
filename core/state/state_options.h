// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weir {

/// How one state is kept; see weir_state_options.
struct StateOptions {
  weir_state_kind kind = WEIR_VALUE_STATE;
  std::int64_t time_to_live = 0;
  bool ttl_on_read = false;
  bool operator==(const StateOptions&) const = default;

  /// When a value that is written now runs out; a time to live that goes beyond the end of time is for ever.
  std::int64_t end_of(std::int64_t now) const {
    std::int64_t end = 0;
    return __builtin_add_overflow(now, time_to_live, &end) ? INT64_MAX : end;
  }
};

using KeyFilter = std::function<bool(std::string_view key)>;
inline bool any_key(std::string_view /*key*/) {
  return true;
}

/// Each task had something of its own for that key, in a stage that has no `key:`. What belongs to no key is
/// the same in all tasks.
[[noreturn]] inline void refuse_second(std::string_view key) {
  throw std::runtime_error("several tasks kept something for '" + std::string(key.substr(0, 60)) +
                           "', and one cannot go on with it all; start it with as many tasks as it had, or "
                           "give the stage a `key:` before its first run");
}

}  // namespace weir
