// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "state/key_share.h"
#include "state/keyed_maps.h"
#include "state/keyed_values.h"
#include "state/snapshot.h"
#include "state/store/stage_store.h"
#include "state/store/stored_maps.h"
#include "state/store/stored_values.h"
#include "state/window_ends.h"

namespace weir {

/// A state as the boundary hands it out: weir_state is this.
struct NamedState {
  /// In memory, or in a store.
  NamedState(std::string n, const StateOptions& o, StageStore* store = nullptr)
      : name(std::move(n)), options(o) {
    const bool is_map = o.kind == WEIR_MAP_STATE;
    if (store == nullptr) {
      if (is_map) kept.emplace<KeyedMaps>(o);
    } else if (is_map) {
      kept.emplace<StoredMaps>(o, store->store(), name);
    } else {
      kept.emplace<StoredValues>(o, store->store(), store->budget(), name);
    }
  }
  /// Those that are kept in memory.
  KeyedValues& values() {
    if (auto* is = std::get_if<KeyedValues>(&kept)) return *is;
    refuse("a map");
  }
  KeyedMaps& maps() {
    if (auto* is = std::get_if<KeyedMaps>(&kept)) return *is;
    refuse("a single value");
  }
  /// What f(state) gives, of the values or maps as they are kept.
  template <class F>
  decltype(auto) with_values(F&& f) {
    if (auto* in_memory = std::get_if<KeyedValues>(&kept)) return f(*in_memory);
    if (auto* in_store = std::get_if<StoredValues>(&kept)) return f(*in_store);
    refuse("a map");
  }
  template <class F>
  decltype(auto) with_maps(F&& f) {
    if (auto* in_memory = std::get_if<KeyedMaps>(&kept)) return f(*in_memory);
    if (auto* in_store = std::get_if<StoredMaps>(&kept)) return f(*in_store);
    refuse("a single value");
  }

  /// Something was written without a key: then what stands under the empty key belongs to none.
  void note(weir_slice key) { keyless = keyless || key.data == nullptr; }
  /// Visits each key of a window, with its value where it is no map; with `erase` forgets the window then.
  void each(std::int64_t window, bool erase, std::int64_t now,
            const std::function<void(weir_slice key, weir_slice value)>& visit) {
    if (options.kind == WEIR_MAP_STATE) {
      with_maps([&](auto& maps) {
        maps.each_key(window, now, [&](weir_slice key) { visit(key, {nullptr, 0}); });
      });
    } else {
      with_values([&](auto& values) { values.each(window, now, visit); });
    }
    if (erase) forget_window(window);
  }
  void forget_window(std::int64_t window) {
    std::visit([&](auto& of) { of.forget_window(window); }, kept);
  }

  const std::string name;
  const StateOptions options;
  bool keyless = false;
  WindowEnds ends = {};
  std::variant<KeyedValues, KeyedMaps, StoredValues, StoredMaps> kept{std::in_place_type<KeyedValues>,
                                                                      options};

 private:
  [[noreturn]] void refuse(const char* kind) const {
    throw std::logic_error("the state '" + name + "' was opened as " + kind + " for each key");
  }
};

/// The folder of a snapshot of a store, in which entries of states stand that their own text does not have.
struct StoredEntries {
  std::string folder = {};    ///< empty: there are none, or a task's store has taken them over as they are
  StateHome* home = nullptr;  ///< reads it
};

/// The keyed states of one stage within a task, by name. Used by the task's thread.
class StageState {
 public:
  class Frozen;

  /// The same for the same name. Throws std::logic_error when it was opened with other options.
  NamedState& open(const std::string& name, const StateOptions& options) {
    auto& state = states_[name];
    if (state == nullptr) {
      if (options.time_to_live < 0)
        throw std::logic_error("the state '" + name + "' has a time to live below 0");
      const auto saved = unclaimed_.find(name);
      // Where nothing was saved under the name, what the store may hold of it was left behind.
      if (store_ != nullptr && saved == unclaimed_.end()) store_->forget_state(name);
      state = std::make_unique<NamedState>(name, options, store_);
      if (saved != unclaimed_.end()) {
        for (const auto& one : saved->second) restore(*state, one);
        unclaimed_.erase(saved);
      }
    } else if (state->options != options) {
      throw std::logic_error("the state '" + name + "' is opened twice, with other options the second time");
    }
    return *state;
  }

  /// From now on states are kept there; before any is opened or loaded.
  void keep_in(StageStore& store) { store_ = &store; }

  bool empty() const { return states_.empty(); }

  /// Those that are kept in a store: between two calls of the plugin, and before a snapshot of it.
  void relieve() {
    each_stored([](auto& kept) { kept.relieve(); });
  }
  void write_out() {
    each_stored([](auto& kept) { kept.write_out(); });
  }

  /// Before a call with these keys.
  void prefetch(const weir_slice* keys, std::size_t count) {
    for (const auto& [name, state] : states_) {
      if (auto* values = std::get_if<KeyedValues>(&state->kept)) values->prefetch(keys, count);
      if (auto* values = std::get_if<StoredValues>(&state->kept)) values->prefetch(keys, count);
    }
  }

  /// Forgets what has run out by then.
  void expire(std::int64_t now) {
    for (auto& [name, state] : states_) std::visit([&](auto& kept) { kept.expire(now); }, state->kept);
  }

  /// When the next window is to be forgotten; WindowEnds::kNever where none is.
  std::int64_t next_end() const {
    std::int64_t next = WindowEnds::kNever;
    for (const auto& [name, state] : states_) next = std::min(next, state->ends.next());
    return next;
  }
  /// Forgets windows whose time has come by then.
  void forget_windows(std::int64_t now) {
    for (auto& [name, state] : states_) {
      state->ends.pop_due(now, [&, of = state.get()](std::int64_t window) { of->forget_window(window); });
    }
  }

  /// What they hold now, or with `changes` what of that has changed since the last call; see
  /// KeyedValues::freeze().
  Frozen freeze(bool changes);
  void thaw();
  /// Before the stage opens its states: each takes up what was saved under its name, as far as `share` says.
  /// Once for each task that saved, with all of it and then what had changed each time.
  /// `stored`: what else belongs to that, where it is one layer; its folder is not needed behind the call.
  void load(std::vector<SnapshotReader>& layers, const KeyShare& share = {},
            const StoredEntries& stored = {});
  /// Opens all that was saved, as it was.
  void open_saved();

 private:
  struct Saved {
    std::vector<std::string> layers;
    KeyShare share;
  };

  template <class F>
  void each_stored(F&& f) {
    if (store_ == nullptr) return;
    for (auto& [name, state] : states_) {
      if (auto* values = std::get_if<StoredValues>(&state->kept)) f(*values);
      if (auto* maps = std::get_if<StoredMaps>(&state->kept)) f(*maps);
    }
  }
  /// Brings what stands in a snapshot of another store into this task's: at once, since the folder goes with
  /// its checkpoint, and a stage may open a state at any time.
  void take_stored(const std::string& name, const Saved& saved, const std::string& folder);
  static KeyFilter mine_of(const KeyShare& share, bool keyless);
  void restore(NamedState& state, const Saved& saved) const;

  std::map<std::string, std::unique_ptr<NamedState>> states_;
  std::map<std::string, std::vector<Saved>> unclaimed_;
  StageStore* store_ = nullptr;
};

/// What states held at one moment, or what of it had changed. May be used on any thread.
class StageState::Frozen {
 public:
  void save(SnapshotWriter& to) const;

 private:
  friend class StageState;
  struct State {
    std::string name;
    std::string written;  ///< what stands before the values, or of a map all
    std::optional<KeyedValues::Frozen> values;
  };
  std::vector<State> states_;
};

}  // namespace weir
