// SPDX-License-Identifier: Apache-2.0
//
// Keyed state: what a stage with a `key:` remembers for each key, saved with the checkpoint.
//
//     class CountVisits final : public weir::Process {
//      public:
//       static void describe(weir::Descriptor& d) { d.name("count_visits").stateful(); ... }
//       void start(weir::Context& c) override { visits_.open(c); }
//       void process(const weir::Record& record, weir::Context& out) override {
//         visits_.put(out, visits_.get(out).value_or(0) + 1);
//       }
//      private:
//       weir::ValueState<std::int64_t> visits_{"visits"};
//     };
//
// A handle is opened in start() and used in process() and on_timer(), where the context knows the current
// key. Kept types: trivially copyable ones as their bytes (of this machine), std::string, nlohmann::json.
#pragma once

#include <weir/context.h>
#include <weir/stage.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir {

/// How long a value lives after it was last written (and, with on_read, read), in processing time. Flink's
/// rules: a value that has run out is never seen again; zero means for ever.
struct TimeToLive {
  std::chrono::milliseconds time{0};
  bool on_read = false;
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

/// What the handles share: name, options, the opened state.
class StateHandle {
 public:
  StateHandle(std::string name, weir_state_kind kind, TimeToLive ttl)
      : name_(std::move(name)),
        options_{sizeof options_, static_cast<std::uint32_t>(kind), ttl.time.count(), ttl.on_read ? 1u : 0u,
                 0} {}

  /// In start(). Throws Stop when the state is in use otherwise.
  void open(Context& context) {
    state_ = context.host()->state_open(context.handle(), slice(name_), &options_);
    if (state_ == nullptr) throw Stop("state", "the state '" + name_ + "' cannot be opened");
  }

  /// The current key. Throws Stop where there is none.
  weir_slice key(const Context& context) const {
    need_open();
    if (context.key().data == nullptr) {
      throw Stop("no_key", "the state '" + name_ +
                               "' is kept for each key, but the stage has none: write `key: FIELD` "
                               "(or $key) at the stage in the pipeline file");
    }
    return context.key();
  }
  void need_open() const {
    if (state_ == nullptr) throw Stop("state", "the state '" + name_ + "' was not opened in start()");
  }
  weir_state* get() const { return state_; }
  const std::string& name() const { return name_; }

  weir_slice read(const Context& c) const { return c.host()->state_get(c.handle(), state_, key(c), 0); }
  void write(const Context& c, std::string_view bytes) const {
    std::size_t held = 0;
    char* to = c.host()->state_room(c.handle(), state_, key(c), 0, bytes.size(), &held);
    if (to != nullptr && !bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  }
  void erase(const Context& c) const { c.host()->state_erase(c.handle(), state_, key(c), 0); }

  /// All fields of a map. They are read after the visit: no exception may pass through the host.
  template <class T>
  std::vector<std::pair<std::string, T>> fields(const Context& c, weir_slice of) const {
    std::vector<std::pair<std::string, std::string>> raw;
    c.host()->map_each(c.handle(), state_, of, 0, &raw, [](void* to, weir_slice field, weir_slice value) {
      static_cast<decltype(raw)*>(to)->emplace_back(view(field), view(value));
    });
    std::vector<std::pair<std::string, T>> all;
    all.reserve(raw.size());
    for (auto& [field, bytes] : raw) all.emplace_back(std::move(field), from_bytes<T>(bytes));
    return all;
  }

 private:
  std::string name_;
  weir_state_options options_;
  weir_state* state_ = nullptr;
};

}  // namespace detail

/// One value for each key.
template <class T>
class ValueState {
 public:
  explicit ValueState(std::string name, TimeToLive ttl = {})
      : handle_(std::move(name), WEIR_VALUE_STATE, ttl) {}
  void open(Context& context) { handle_.open(context); }

  std::optional<T> get(const Context& c) const {
    const weir_slice bytes = handle_.read(c);
    if (bytes.data == nullptr) return std::nullopt;
    return detail::from_bytes<T>(view(bytes));
  }
  void put(const Context& c, const T& value) const { handle_.write(c, detail::to_bytes(value)); }
  void clear(const Context& c) const { handle_.erase(c); }

 private:
  detail::StateHandle handle_;
};

/// One value for each key, into which new ones are folded: `combine(old, added)`. The first is kept as it is.
template <class T, class Combine>
class ReducingState {
 public:
  explicit ReducingState(std::string name, Combine combine = {}, TimeToLive ttl = {})
      : value_(std::move(name), ttl), combine_(std::move(combine)) {}
  void open(Context& context) { value_.open(context); }

  void add(const Context& c, const T& added) const {
    const auto old = value_.get(c);
    value_.put(c, old ? combine_(*old, added) : added);
  }
  std::optional<T> get(const Context& c) const { return value_.get(c); }
  void clear(const Context& c) const { value_.clear(c); }

 private:
  ValueState<T> value_;
  Combine combine_;
};

/// An accumulator for each key, kept as `Function::Accumulator`: Function has create(), add(accumulator&, in)
/// and result(const accumulator&).
template <class Function>
class AggregatingState {
 public:
  using Accumulator = typename Function::Accumulator;
  explicit AggregatingState(std::string name, Function function = {}, TimeToLive ttl = {})
      : value_(std::move(name), ttl), function_(std::move(function)) {}
  void open(Context& context) { value_.open(context); }

  template <class In>
  void add(const Context& c, const In& in) const {
    Accumulator accumulator = value_.get(c).value_or(function_.create());
    function_.add(accumulator, in);
    value_.put(c, accumulator);
  }
  /// Nothing when nothing was added.
  auto get(const Context& c) const {
    const auto accumulator = value_.get(c);
    using Out = decltype(function_.result(*accumulator));
    return accumulator ? std::optional<Out>(function_.result(*accumulator)) : std::nullopt;
  }
  void clear(const Context& c) const { value_.clear(c); }

 private:
  ValueState<Accumulator> value_;
  Function function_;
};

/// A list for each key. Appending costs no more for a long list than for a short one.
template <class T>
class ListState {
 public:
  explicit ListState(std::string name, TimeToLive ttl = {})
      : handle_(std::move(name), WEIR_VALUE_STATE, ttl) {}
  void open(Context& context) { handle_.open(context); }

  void add(const Context& c, const T& value) const {
    const weir_slice key = handle_.key(c);
    const weir_slice old = c.host()->state_get(c.handle(), handle_.get(), key, 0);
    const std::string bytes = detail::to_bytes(value);
    const std::uint64_t size = bytes.size();
    const std::size_t before = old.data == nullptr ? 0 : old.size;
    std::size_t held = 0;
    char* to =
        c.host()->state_room(c.handle(), handle_.get(), key, 0, before + sizeof size + bytes.size(), &held);
    if (to == nullptr) return;
    std::memcpy(to + before, &size, sizeof size);
    if (!bytes.empty()) std::memcpy(to + before + sizeof size, bytes.data(), bytes.size());
  }
  std::vector<T> get(const Context& c) const {
    std::vector<T> list;
    std::string_view rest = view(handle_.read(c));
    while (!rest.empty()) {
      std::uint64_t size = 0;
      std::memcpy(&size, rest.data(), sizeof size);
      list.push_back(detail::from_bytes<T>(rest.substr(sizeof size, size)));
      rest.remove_prefix(sizeof size + size);
    }
    return list;
  }
  void put(const Context& c, const std::vector<T>& values) const {
    clear(c);
    for (const auto& value : values) add(c, value);
  }
  void clear(const Context& c) const { handle_.erase(c); }

 private:
  detail::StateHandle handle_;
};

/// A map for each key; fields are texts, in the order of their bytes.
template <class T>
class MapState {
 public:
  explicit MapState(std::string name, TimeToLive ttl = {}) : handle_(std::move(name), WEIR_MAP_STATE, ttl) {}
  void open(Context& context) { handle_.open(context); }

  std::optional<T> get(const Context& c, std::string_view field) const {
    const weir_slice bytes = c.host()->map_get(c.handle(), handle_.get(), handle_.key(c), 0, slice(field));
    if (bytes.data == nullptr) return std::nullopt;
    return detail::from_bytes<T>(view(bytes));
  }
  void put(const Context& c, std::string_view field, const T& value) const {
    const std::string bytes = detail::to_bytes(value);
    c.host()->map_put(c.handle(), handle_.get(), handle_.key(c), 0, slice(field), slice(bytes));
  }
  void erase(const Context& c, std::string_view field) const {
    c.host()->map_erase(c.handle(), handle_.get(), handle_.key(c), 0, slice(field));
  }
  std::vector<std::pair<std::string, T>> all(const Context& c) const {
    return handle_.template fields<T>(c, handle_.key(c));
  }
  void clear(const Context& c) const { handle_.erase(c); }

 private:
  detail::StateHandle handle_;
};

/// A map that is the same in all tasks: written from a broadcast input only, read from every input (Flink's
/// rule). It belongs to no key.
template <class T>
class BroadcastState {
 public:
  explicit BroadcastState(std::string name) : handle_(std::move(name), WEIR_MAP_STATE, {}) {}
  void open(Context& context) { handle_.open(context); }

  std::optional<T> get(const Context& c, std::string_view field) const {
    handle_.need_open();
    const weir_slice bytes = c.host()->map_get(c.handle(), handle_.get(), kAbsent, 0, slice(field));
    if (bytes.data == nullptr) return std::nullopt;
    return detail::from_bytes<T>(view(bytes));
  }
  std::vector<std::pair<std::string, T>> all(const Context& c) const {
    handle_.need_open();
    return handle_.template fields<T>(c, kAbsent);
  }
  /// Throws Stop from an input that only this task sees: its tasks would come to differ.
  void put(const Context& c, std::string_view field, const T& value) const {
    need_broadcast(c);
    const std::string bytes = detail::to_bytes(value);
    c.host()->map_put(c.handle(), handle_.get(), kAbsent, 0, slice(field), slice(bytes));
  }
  void erase(const Context& c, std::string_view field) const {
    need_broadcast(c);
    c.host()->map_erase(c.handle(), handle_.get(), kAbsent, 0, slice(field));
  }

 private:
  void need_broadcast(const Context& c) const {
    handle_.need_open();
    if (!c.from_broadcast()) {
      throw Stop("read_only",
                 "the broadcast state '" + handle_.name() + "' may only be written from the broadcast input");
    }
  }
  detail::StateHandle handle_;
};

}  // namespace weir
