// SPDX-License-Identifier: Apache-2.0
#include "windowing/panes.h"

#include "windowing/open_state.h"

namespace weir::windowing {

void Panes::open(Context& c) {
  state_ = open_state(c, "panes", WEIR_VALUE_STATE);
}

Panes::View Panes::of(const Context& c, weir_slice key) const {
  return view_of(c.host()->state_get(c.handle(), state_, key, 0));
}

char* Panes::room(const Context& c, weir_slice key, std::int64_t number, bool& is_new) const {
  const View held = of(c, key);
  const std::size_t size = held.size();
  const std::size_t at = held.find(number);
  is_new = at == size || held.number(at) != number;
  char* const bytes = windowing::room(c, state_, key, 0, (size + (is_new ? 1 : 0)) * stride()).at;
  char* const pane = bytes + at * stride();
  if (is_new) {
    std::memmove(pane + stride(), pane, (size - at) * stride());
    std::memset(pane, 0, stride());
    std::memcpy(pane, &number, sizeof number);
  }
  return pane + sizeof number;
}

void Panes::resize(const Context& c, weir_slice key, std::size_t size) const {
  if (size == 0) return c.host()->state_erase(c.handle(), state_, key, 0);
  windowing::room(c, state_, key, 0, size * stride());
}

}  // namespace weir::windowing
