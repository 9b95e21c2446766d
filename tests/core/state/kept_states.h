// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "state/keyed_maps.h"
#include "state/keyed_values.h"
#include "state/store/state_home.h"
#include "state/store/stored_lists.h"
#include "state/store/stored_maps.h"
#include "state/store/stored_values.h"
#include "state/window_lists.h"
#include "support/temp_dir.h"

namespace weir::test {

inline const weir_origin* no_origin(std::string_view, std::string_view, std::int32_t) {
  return nullptr;
}

/// States as a stage keeps them in memory.
struct InMemory {
  KeyedValues values(const StateOptions& options) { return KeyedValues(options); }
  KeyedMaps maps(const StateOptions& options) { return KeyedMaps(options); }
  WindowLists lists() { return {}; }
  template <class State>
  static void relieve(State&) {}
};

/// The same in a store, with no room in memory: between two calls all goes there.
struct InStore {
  StoredValues values(const StateOptions& options) { return {options, *store, budget, next_name()}; }
  StoredMaps maps(const StateOptions& options) { return {options, *store, next_name()}; }
  StoredLists lists() { return {*store, budget, no_origin}; }
  template <class State>
  static void relieve(State& state) {
    state.relieve();
  }

  std::string next_name() { return "s" + std::to_string(names++); }

  support::TempDir dir{"weir-state"};
  StateHome home{dir / "working", "p", dir / "checkpoints", 8u << 20};
  std::unique_ptr<KeyValueStore> store = home.make();
  CacheBudget budget{0};
  int names = 0;
};

}  // namespace weir::test
