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
#include "state/window_ends.h"

namespace weir {

/// A state as the boundary hands it out: weir_state is this.
struct NamedState {
  NamedState(std::string n, const StateOptions& o) : name(std::move(n)), options(o) {
    if (o.kind == WEIR_MAP_STATE) kept.emplace<KeyedMaps>(o);
  }
  KeyedValues& values() { return *of<KeyedValues>("a map"); }
  KeyedMaps& maps() { return *of<KeyedMaps>("a single value"); }

  /// Something was written without a key: then what stands under the empty key belongs to none.
  void note(weir_slice key) { keyless = keyless || key.data == nullptr; }
  /// Visits each key of a window, with its value where it is no map; with `erase` forgets the window then.
  void each(std::int64_t window, bool erase, std::int64_t now,
            const std::function<void(weir_slice key, weir_slice value)>& visit) {
    if (auto* const of_values = std::get_if<KeyedValues>(&kept)) {
      of_values->each(window, now, visit);
    } else {
      maps().each_key(window, now, [&](weir_slice key) { visit(key, {nullptr, 0}); });
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
  std::variant<KeyedValues, KeyedMaps> kept{std::in_place_type<KeyedValues>, options};

 private:
  template <class T>
  T* of(const char* other) {
    if (auto* is = std::get_if<T>(&kept)) return is;
    throw std::logic_error("the state '" + name + "' was opened as " + other + " for each key");
  }
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
      state = std::make_unique<NamedState>(name, options);
      if (const auto saved = unclaimed_.find(name); saved != unclaimed_.end()) {
        for (const auto& one : saved->second) restore(*state, one);
        unclaimed_.erase(saved);
      }
    } else if (state->options != options) {
      throw std::logic_error("the state '" + name + "' is opened twice, with other options the second time");
    }
    return *state;
  }

  bool empty() const { return states_.empty(); }

  /// Before a call with these keys.
  void prefetch(const weir_slice* keys, std::size_t count) {
    for (const auto& [name, state] : states_) {
      if (auto* values = std::get_if<KeyedValues>(&state->kept)) values->prefetch(keys, count);
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
  void load(std::vector<SnapshotReader>& layers, const KeyShare& share = {});
  /// Opens all that was saved, as it was.
  void open_saved();

 private:
  struct Saved {
    std::vector<std::string> layers;
    KeyShare share;
  };

  static void restore(NamedState& state, const Saved& saved);

  std::map<std::string, std::unique_ptr<NamedState>> states_;
  std::map<std::string, std::vector<Saved>> unclaimed_;
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
