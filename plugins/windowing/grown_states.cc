// SPDX-License-Identifier: Apache-2.0
#include "windowing/grown_states.h"

#include <algorithm>
#include <string>

#include "windowing/each_key.h"
#include "windowing/open_state.h"

namespace weir::windowing {
namespace {

/// Bytes that stand in a state.
class StateBytes final : public aggregates::GrownBytes {
 public:
  StateBytes(const Context& c, weir_state* state, weir_slice key, std::int64_t number)
      : c_(c), state_(state), key_(key), number_(number), size_(bytes().size()) {}

  std::string_view bytes() const override {
    return view(c_.host()->state_get(c_.handle(), state_, key_, number_));
  }
  char* resize(std::size_t size) override { return room(c_, state_, key_, number_, size).at; }

  /// How many more they are than at first.
  std::int64_t more() const {
    return static_cast<std::int64_t>(bytes().size()) - static_cast<std::int64_t>(size_);
  }

 private:
  const Context& c_;
  weir_state* const state_;
  const weir_slice key_;
  const std::int64_t number_;
  const std::size_t size_;
};

}  // namespace

void GrownStates::open(Context& c) {
  states_.clear();
  for (const std::string& name : aggregate_.grown())
    states_.push_back(open_state(c, "value " + name, WEIR_VALUE_STATE));
  merged_.resize(states_.size());
  views_.resize(states_.size());
}

std::string_view GrownStates::held(const Context& c, std::size_t i, weir_slice key,
                                   std::int64_t number) const {
  return view(c.host()->state_get(c.handle(), states_[i], key, number));
}

std::int64_t GrownStates::size(const Context& c, weir_slice key, std::int64_t number) const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) bytes += held(c, i, key, number).size();
  return static_cast<std::int64_t>(bytes);
}

std::int64_t GrownStates::find_all(const Context& c, std::int64_t number) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    each_key(c, states_[i], number, false, [&](weir_slice, weir_slice value) {
      bytes += value.size;
      if (by_arrival(i)) arrivals_ = std::max(arrivals_, ordered::latest(view(value)));
    });
  }
  return static_cast<std::int64_t>(bytes);
}

std::optional<std::int64_t> GrownStates::growth(const Context& c, weir_slice key, std::int64_t number) const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const std::string_view now = held(c, i, key, number);
    std::size_t more = 0;
    if (!by_arrival(i)) {
      more = aggregate_.growth(i, now);
    } else if (const std::string* const json = aggregate_.taken(i)) {
      more = ordered::growth(aggregate_.function(i), now, json->size());
    }
    if (more > 0 && now.size() + more > static_cast<std::size_t>(kMostBytes)) return std::nullopt;
    bytes += more;
  }
  return static_cast<std::int64_t>(bytes);
}

std::int64_t GrownStates::add(const Context& c, weir_slice key, std::int64_t number) {
  std::int64_t more = 0;
  ++arrivals_;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    StateBytes bytes(c, states_[i], key, number);
    if (!by_arrival(i)) {
      aggregate_.add(i, bytes);
    } else if (const std::string* const json = aggregate_.taken(i)) {
      ordered::add(aggregate_.function(i), bytes, arrivals_, *json);
    }
    more += bytes.more();
  }
  return more;
}

std::int64_t GrownStates::merge(const Context& c, weir_slice key, std::int64_t from,
                                std::int64_t into) const {
  std::int64_t more = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const std::string later(held(c, i, key, from));  // what is in the same state may move
    StateBytes bytes(c, states_[i], key, into);
    aggregate_.combine(i, bytes, later);
    more += bytes.more();
  }
  return more;
}

void GrownStates::forget(const Context& c, weir_slice key, std::int64_t number) const {
  for (weir_state* state : states_) c.host()->state_erase(c.handle(), state, key, number);
}

std::int64_t GrownStates::forget_all(const Context& c, std::int64_t number) const {
  std::size_t bytes = 0;
  for (weir_state* state : states_)
    each_key(c, state, number, true, [&](weir_slice, weir_slice value) { bytes += value.size; });
  return -static_cast<std::int64_t>(bytes);
}

std::span<const std::string_view> GrownStates::together(const Context& c, weir_slice key,
                                                        std::span<const std::int64_t> numbers) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (by_arrival(i)) {
      std::vector<std::string_view> pieces;
      for (const std::int64_t number : numbers) pieces.push_back(held(c, i, key, number));
      ordered::put_together(aggregate_.function(i), pieces, merged_[i]);
      views_[i] = merged_[i].bytes();
      continue;
    }
    if (numbers.size() == 1) {
      views_[i] = held(c, i, key, numbers[0]);
      continue;
    }
    merged_[i].resize(0);
    for (const std::int64_t number : numbers) aggregate_.combine(i, merged_[i], held(c, i, key, number));
    views_[i] = merged_[i].bytes();
  }
  return views_;
}

}  // namespace weir::windowing
