// SPDX-License-Identifier: Apache-2.0
#include "state/stage_state.h"

#include <cstddef>

namespace weir {
namespace {

struct Head {
  StateOptions options;
  bool keyless;
};

Head read_head(SnapshotReader& from) {
  Head head{};
  head.options.kind = static_cast<weir_state_kind>(from.number());
  head.options.time_to_live = from.time();
  head.keyless = from.number() != 0;
  return head;
}

/// States that are kept in memory take up what another run has kept in a store.
std::string with_entries(std::string_view bytes, KeyValueStore& store, const std::string& state) {
  const bool map = SnapshotReader(bytes).number() == WEIR_MAP_STATE;
  SnapshotWriter whole;
  // Last stands how many entries there are, none.
  whole.raw(bytes.substr(0, bytes.size() - sizeof(std::uint64_t)));
  save_entries(store, map ? store_key::kMap : store_key::kValue, state, whole);
  return whole.take();
}

}  // namespace

StageState::Frozen StageState::freeze(bool changes) {
  Frozen frozen;
  for (const auto& [name, state] : states_) {
    SnapshotWriter to;
    to.number(static_cast<std::uint64_t>(state->options.kind));
    to.time(state->options.time_to_live);
    to.number(state->keyless ? 1 : 0);
    state->ends.save(to);
    auto& one = frozen.states_.emplace_back();
    one.name = name;
    if (store_ != nullptr) {
      to.number(0);  // of what stands in the store
    } else if (auto* const maps = std::get_if<KeyedMaps>(&state->kept)) {
      maps->save(to, changes);
    } else {
      one.values = state->values().freeze(changes);
    }
    one.written = to.take();
  }
  return frozen;
}

void StageState::thaw() {
  for (const auto& [name, state] : states_) {
    if (auto* const values = std::get_if<KeyedValues>(&state->kept)) values->thaw();
  }
}

void StageState::Frozen::save(SnapshotWriter& to) const {
  to.number(states_.size());
  for (const auto& state : states_) {
    to.text(state.name);
    const std::size_t begun = to.begin_text();
    to.raw(state.written);
    if (state.values) state.values->save(to);
    to.end_text(begun);
  }
}

void StageState::load(std::vector<SnapshotReader>& layers, const KeyShare& share,
                      const StoredEntries& stored) {
  std::map<std::string, Saved> all;
  for (auto& from : layers) {
    for (std::uint64_t left = from.number(); left > 0; --left) {
      std::string name(from.text());
      Saved& saved = all[std::move(name)];
      saved.share = share;
      saved.layers.emplace_back(from.text());
      // A state that was opened later begins with a layer of changes, before which there was nothing.
      if (saved.layers.size() == 1 && &from != &layers.front()) saved.layers.emplace(saved.layers.begin());
    }
  }
  const bool in_memory = store_ == nullptr && !stored.folder.empty();
  const auto theirs = in_memory ? stored.home->read(stored.folder) : nullptr;
  for (auto& [name, saved] : all) {
    if (store_ != nullptr && !stored.folder.empty()) take_stored(name, saved, stored.folder);
    if (theirs != nullptr) saved.layers.back() = with_entries(saved.layers.back(), *theirs, name);
    unclaimed_[name].push_back(std::move(saved));
  }
}

void StageState::open_saved() {
  while (!unclaimed_.empty()) {
    const auto& [name, saved] = *unclaimed_.begin();
    SnapshotReader from(saved.back().layers.back());
    open(std::string(name), read_head(from).options);
  }
}

KeyFilter StageState::mine_of(const KeyShare& share, bool keyless) {
  return [=](std::string_view key) { return keyless && key.empty() ? share.has_keyless() : share.has(key); };
}

void StageState::take_stored(const std::string& name, const Saved& saved, const std::string& folder) {
  SnapshotReader from(saved.layers.back());
  const Head head = read_head(from);
  store_->take_state(folder, head.options.kind == WEIR_MAP_STATE ? store_key::kMap : store_key::kValue, name,
                     mine_of(saved.share, head.keyless));
}

void StageState::restore(NamedState& state, const Saved& saved) const {
  NamedState theirs(state.name, state.options);
  for (std::size_t i = 0; i < saved.layers.size(); ++i) {
    if (saved.layers[i].empty()) continue;
    SnapshotReader from(saved.layers[i]);
    const Head head = read_head(from);
    if (head.options.kind != state.options.kind ||
        (head.options.time_to_live == 0) != (state.options.time_to_live == 0)) {
      throw std::runtime_error("the state '" + state.name +
                               "' was saved as another kind, or with another use of a time to live");
    }
    theirs.keyless = head.keyless;
    theirs.ends = {};
    theirs.ends.load(from);
    const KeyFilter mine = mine_of(saved.share, head.keyless);
    const auto load = [&](auto& kept) { i == 0 ? kept.load(from, mine) : kept.load_changes(from, mine); };
    state.options.kind == WEIR_MAP_STATE ? load(theirs.maps()) : load(theirs.values());
  }
  state.keyless = state.keyless || theirs.keyless;
  state.ends.merge(theirs.ends);
  if (store_ != nullptr) {
    SnapshotWriter all;
    state.options.kind == WEIR_MAP_STATE ? theirs.maps().save(all, false)
                                         : theirs.values().freeze(false).save(all);
    SnapshotReader from(all.bytes());
    const auto load = [&](auto& kept) { kept.load(from); };
    state.options.kind == WEIR_MAP_STATE ? state.with_maps(load) : state.with_values(load);
  } else if (state.options.kind == WEIR_MAP_STATE) {
    state.maps().merge(std::move(theirs.maps()));
  } else {
    state.values().merge(std::move(theirs.values()));
  }
}

}  // namespace weir
