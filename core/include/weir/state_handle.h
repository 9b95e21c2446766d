// SPDX-License-Identifier: Apache-2.0
//
// What the handles of state.h are made of. Included by state.h.
#pragma once

#include <weir/context.h>
#include <weir/failure.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir {

/// How long a value lives after it was last written (and, with on_read, read), in processing time. Flink's
/// rules: a value that has run out is never seen again; an element of a list and a field of a map live and
/// run out on their own. Zero means for ever.
struct TimeToLive {
  std::chrono::milliseconds time{0};
  bool on_read = false;
};

/// Makes a state one for each key and window instead of each key: that of the group at hand, or of the bounds
/// that Context::enter_window() was given. It is forgotten when time has come to the window's last
/// millisecond and `keep` later, behind the timers of that moment: event time where the stage has it,
/// otherwise processing time. Give as `keep` the window's `allowed_lateness`, and what timers of the stage
/// still look back; what is written of a window that is forgotten already lives for that call.
struct PerWindow {
  std::chrono::milliseconds keep{0};
};

namespace detail {

template <class T>
std::string to_bytes(const T& value) {
  if constexpr (std::is_same_v<T, nlohmann::json>) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    return std::string(std::string_view(value));
  } else {
    static_assert(std::is_trivially_copyable_v<T>, "kept types: trivially copyable, std::string, json");
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }
}

template <class T>
T from_bytes(std::string_view bytes) {
  if constexpr (std::is_same_v<T, nlohmann::json>) {
    return nlohmann::json::parse(bytes);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return std::string(bytes);
  } else {
    static_assert(std::is_trivially_copyable_v<T>, "kept types: trivially copyable, std::string, json");
    if (bytes.size() != sizeof(T)) throw std::runtime_error("a state holds a value of another type");
    T value;
    std::memcpy(static_cast<void*>(&value), bytes.data(), sizeof value);
    return value;
  }
}

/// `time` + `by`, or the end of time where that is beyond it. `by` is not negative.
inline std::int64_t later(std::int64_t time, std::int64_t by) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  return time > kEnd - by ? kEnd : time + by;
}

/// The number of a window at the boundary, of start and end. Of two windows with one number the starts or the
/// ends are more than 34 days apart (centuries, where they are whole minutes): the multiplier, the golden
/// ratio's, leaves no nearer ones.
inline std::int64_t number_of(WindowBounds window) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15u;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(window.start) * kGolden +
                                   static_cast<std::uint64_t>(window.end));
}

/// What the handles share: name, options, the opened state, the key and window at hand.
class StateHandle {
 public:
  StateHandle(std::string name, weir_state_kind kind, TimeToLive ttl, std::optional<PerWindow> per_window)
      : name_(std::move(name)),
        options_{sizeof options_, static_cast<std::uint32_t>(kind), ttl.time.count(), ttl.on_read ? 1u : 0u,
                 0},
        per_window_(per_window) {}

  /// In start(). Throws Stop when the state is in use otherwise.
  void open(Context& context) {
    if (options_.time_to_live < 0 || (per_window_ && per_window_->keep.count() < 0)) {
      throw Stop("state", "the state '" + name_ +
                              "' is to be kept for a negative time; expected 0 or more milliseconds");
    }
    state_ = context.host()->state_open(context.handle(), slice(name_), &options_);
    if (state_ == nullptr) throw Stop("state", "the state '" + name_ + "' cannot be opened");
  }

  /// The current key; absent in a class that takes groups alone, behind a window without `key:`. Throws Stop
  /// where there is none.
  weir_slice key(const Context& context) const {
    need_open();
    const bool of_all = context.takes_groups_alone() && !context.from_broadcast();
    if (context.key().data == nullptr && !of_all) throw Stop("no_key", no_key(context));
    return context.key();
  }
  /// The number of the window at hand, 0 where the state is not kept for each. Throws Stop where there is
  /// none.
  std::int64_t window(const Context& context) const {
    if (!per_window_) return 0;
    if (context.window()) return number_of(*context.window());
    throw Stop("no_window", "the state '" + name_ +
                                "' is kept for each window, but a record or timer belongs to none: say which "
                                "one by Context::enter_window(), or keep it for the key alone");
  }
  void need_open() const {
    if (state_ == nullptr) throw Stop("state", "the state '" + name_ + "' was not opened in start()");
  }
  weir_state* get() const { return state_; }
  const std::string& name() const { return name_; }
  TimeToLive time_to_live() const {
    return {std::chrono::milliseconds(options_.time_to_live), options_.ttl_on_read != 0};
  }

  weir_slice read(const Context& c) const {
    return c.host()->state_get(c.handle(), state_, key(c), window(c));
  }
  /// Makes the value so long, and returns it: what it held stays. `held`: its size before, kNone when there
  /// was none, which may have run out since it was read. Null when memory is exhausted; the pipeline stops
  /// then.
  static constexpr std::size_t kNone = SIZE_MAX;
  char* room(const Context& c, std::size_t bytes, std::size_t& held) const {
    char* const to = c.host()->state_room(c.handle(), state_, key(c), window(c), bytes, &held);
    limit(c);
    return to;
  }
  void write(const Context& c, std::string_view bytes) const {
    std::size_t held = 0;
    char* const to = room(c, bytes.size(), held);
    if (to != nullptr && !bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  }
  void erase(const Context& c) const { c.host()->state_erase(c.handle(), state_, key(c), window(c)); }

  weir_slice read_field(const Context& c, weir_slice of, std::string_view field) const {
    return c.host()->map_get(c.handle(), state_, of, window(c), slice(field));
  }
  void write_field(const Context& c, weir_slice of, std::string_view field, std::string_view bytes) const {
    c.host()->map_put(c.handle(), state_, of, window(c), slice(field), slice(bytes));
    limit(c);
  }
  void erase_field(const Context& c, weir_slice of, std::string_view field) const {
    c.host()->map_erase(c.handle(), state_, of, window(c), slice(field));
  }

  /// All fields of a map. They are read after the visit: no exception may pass through the host.
  template <class T>
  std::vector<std::pair<std::string, T>> fields(const Context& c, weir_slice of) const {
    std::vector<std::pair<std::string, std::string>> raw;
    c.host()->map_each(c.handle(), state_, of, window(c), &raw,
                       [](void* to, weir_slice field, weir_slice value) {
                         static_cast<decltype(raw)*>(to)->emplace_back(view(field), view(value));
                       });
    std::vector<std::pair<std::string, T>> all;
    all.reserve(raw.size());
    for (auto& [field, bytes] : raw) all.emplace_back(std::move(field), from_bytes<T>(bytes));
    return all;
  }

  /// Calls f(key) for each key that the state holds something for, with that key at hand.
  template <class F>
  void for_each_key(Context& c, F&& f) const {
    need_open();
    std::vector<std::string> keys;
    c.host()->state_each(c.handle(), state_, window(c), 0, &keys, [](void* to, weir_slice key, weir_slice) {
      static_cast<decltype(keys)*>(to)->emplace_back(view(key));
    });
    std::sort(keys.begin(), keys.end());
    const EnteredKey before(c);
    for (const std::string& key : keys) {
      c.enter_key(slice(key));
      f(std::string_view(key));
    }
  }

 private:
  /// Goes back to the key that was at hand before.
  class EnteredKey {
   public:
    explicit EnteredKey(Context& context) : context_(context), before_(context.key()) {}
    EnteredKey(const EnteredKey&) = delete;
    EnteredKey& operator=(const EnteredKey&) = delete;
    ~EnteredKey() { context_.enter_key(before_); }

   private:
    Context& context_;
    const weir_slice before_;
  };

  /// Something was written of the window at hand: says when it is forgotten.
  void limit(const Context& c) const {
    if (!per_window_) return;
    const std::int64_t end = c.window()->end;
    const std::int64_t last = end == std::numeric_limits<std::int64_t>::min() ? end : end - 1;
    c.host()->state_forget_at(c.handle(), state_, window(c), later(last, per_window_->keep.count()));
  }

  std::string no_key(const Context& context) const {
    const std::string what = "the state '" + name_ + "' is kept for each key, but ";
    if (context.from_broadcast()) {
      return what +
             "what comes by a broadcast input has none, since all tasks see it: visit the keys with "
             "for_each_key(), or keep what belongs to no key in a BroadcastState";
    }
    if (context.window()) {
      return what + "the group has none: write `key: FIELD` (or $key) at the window in the pipeline file";
    }
    return what + "the stage has none: write `key: FIELD` (or $key) at the stage in the pipeline file";
  }

  std::string name_;
  weir_state_options options_;
  std::optional<PerWindow> per_window_;
  weir_state* state_ = nullptr;
};

}  // namespace detail
}  // namespace weir
