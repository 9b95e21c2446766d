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
    if (auto* const maps = std::get_if<KeyedMaps>(&state->kept)) {
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

void StageState::load(std::vector<SnapshotReader>& layers, const KeyShare& share) {
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
  for (auto& [name, saved] : all) unclaimed_[name].push_back(std::move(saved));
}

void StageState::open_saved() {
  while (!unclaimed_.empty()) {
    const auto& [name, saved] = *unclaimed_.begin();
    SnapshotReader from(saved.back().layers.back());
    open(std::string(name), read_head(from).options);
  }
}

void StageState::restore(NamedState& state, const Saved& saved) {
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
    const auto mine = [&](std::string_view key) {
      return head.keyless && key.empty() ? saved.share.has_keyless() : saved.share.has(key);
    };
    std::visit([&](auto& kept) { i == 0 ? kept.load(from, mine) : kept.load_changes(from, mine); },
               theirs.kept);
  }
  state.keyless = state.keyless || theirs.keyless;
  state.ends.merge(theirs.ends);
  if (state.options.kind == WEIR_MAP_STATE) {
    state.maps().merge(std::move(theirs.maps()));
  } else {
    state.values().merge(std::move(theirs.values()));
  }
}

}  // namespace weir
