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
//
// Behind a window a state is kept for each key (Flink's globalState) or for each key and window
// (windowState):
//
//     weir::ValueState<std::int64_t> firings_{"firings", weir::PerWindow{}};
//
// Behind a window without `key:` (Flink's ProcessAllWindowFunction) both are of all its groups together, for
// a class that takes groups alone.
//
// From a broadcast input, which has no key, for_each_key() visits the keys of a state in each task
// (applyToKeyedState).
#pragma once

#include <weir/context.h>
#include <weir/list_state.h>
#include <weir/state_handle.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// One value for each key.
template <class T>
class ValueState {
 public:
  explicit ValueState(std::string name, TimeToLive ttl = {})
      : handle_(std::move(name), WEIR_VALUE_STATE, ttl, std::nullopt) {}
  ValueState(std::string name, PerWindow scope, TimeToLive ttl = {})
      : handle_(std::move(name), WEIR_VALUE_STATE, ttl, scope) {}
  void open(Context& context) { handle_.open(context); }

  std::optional<T> get(const Context& c) const {
    const weir_slice bytes = handle_.read(c);
    if (bytes.data == nullptr) return std::nullopt;
    return detail::from_bytes<T>(view(bytes));
  }
  void put(const Context& c, const T& value) const { handle_.write(c, detail::to_bytes(value)); }
  void clear(const Context& c) const { handle_.erase(c); }
  /// Calls f(key) for each key that this task keeps something for in this state (with PerWindow: of the
  /// window at hand), in the order of their bytes, as if a record of the key were at hand: all handles and
  /// timers are of that key. It may change the state. From a broadcast input this reaches the keys of all
  /// tasks. The keys, not the values, are copied at first.
  template <class F>
  void for_each_key(Context& c, F&& f) const {
    handle_.for_each_key(c, std::forward<F>(f));
  }

 private:
  detail::StateHandle handle_;
};

/// One value for each key, into which new ones are folded: `combine(old, added)`. The first is kept as it is.
template <class T, class Combine>
class ReducingState {
 public:
  explicit ReducingState(std::string name, Combine combine = {}, TimeToLive ttl = {})
      : value_(std::move(name), ttl), combine_(std::move(combine)) {}
  ReducingState(std::string name, PerWindow scope, Combine combine = {}, TimeToLive ttl = {})
      : value_(std::move(name), scope, ttl), combine_(std::move(combine)) {}
  void open(Context& context) { value_.open(context); }

  void add(const Context& c, const T& added) const {
    const auto old = value_.get(c);
    value_.put(c, old ? combine_(*old, added) : added);
  }
  std::optional<T> get(const Context& c) const { return value_.get(c); }
  void clear(const Context& c) const { value_.clear(c); }
  /// See ValueState::for_each_key().
  template <class F>
  void for_each_key(Context& c, F&& f) const {
    value_.for_each_key(c, std::forward<F>(f));
  }

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
  AggregatingState(std::string name, PerWindow scope, Function function = {}, TimeToLive ttl = {})
      : value_(std::move(name), scope, ttl), function_(std::move(function)) {}
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
  /// See ValueState::for_each_key().
  template <class F>
  void for_each_key(Context& c, F&& f) const {
    value_.for_each_key(c, std::forward<F>(f));
  }

 private:
  ValueState<Accumulator> value_;
  Function function_;
};

/// A map for each key; fields are texts, in the order of their bytes. With a time to live each field runs out
/// on its own.
template <class T>
class MapState {
 public:
  explicit MapState(std::string name, TimeToLive ttl = {})
      : handle_(std::move(name), WEIR_MAP_STATE, ttl, std::nullopt) {}
  MapState(std::string name, PerWindow scope, TimeToLive ttl = {})
      : handle_(std::move(name), WEIR_MAP_STATE, ttl, scope) {}
  void open(Context& context) { handle_.open(context); }

  std::optional<T> get(const Context& c, std::string_view field) const {
    const weir_slice bytes = handle_.read_field(c, handle_.key(c), field);
    if (bytes.data == nullptr) return std::nullopt;
    return detail::from_bytes<T>(view(bytes));
  }
  void put(const Context& c, std::string_view field, const T& value) const {
    handle_.write_field(c, handle_.key(c), field, detail::to_bytes(value));
  }
  void erase(const Context& c, std::string_view field) const {
    handle_.erase_field(c, handle_.key(c), field);
  }
  std::vector<std::pair<std::string, T>> all(const Context& c) const {
    return handle_.template fields<T>(c, handle_.key(c));
  }
  void clear(const Context& c) const { handle_.erase(c); }
  /// See ValueState::for_each_key().
  template <class F>
  void for_each_key(Context& c, F&& f) const {
    handle_.for_each_key(c, std::forward<F>(f));
  }

 private:
  detail::StateHandle handle_;
};

/// A map that is the same in all tasks: written from a broadcast input only, read from every input (Flink's
/// rule). It belongs to no key.
template <class T>
class BroadcastState {
 public:
  explicit BroadcastState(std::string name) : handle_(std::move(name), WEIR_MAP_STATE, {}, std::nullopt) {}
  void open(Context& context) { handle_.open(context); }

  std::optional<T> get(const Context& c, std::string_view field) const {
    handle_.need_open();
    const weir_slice bytes = handle_.read_field(c, kAbsent, field);
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
    handle_.write_field(c, kAbsent, field, detail::to_bytes(value));
  }
  void erase(const Context& c, std::string_view field) const {
    need_broadcast(c);
    handle_.erase_field(c, kAbsent, field);
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
