// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/stage.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::windowing {

/// A state that is kept as long as the stage wants it. Throws Stop when it cannot be opened.
inline weir_state* open_state(Context& c, std::string_view name, weir_state_kind kind) {
  const weir_state_options options{sizeof options, static_cast<std::uint32_t>(kind), 0, 0, 0};
  weir_state* const state = c.host()->state_open(c.handle(), slice(name), &options);
  if (state == nullptr) throw Stop("state", "the state '" + std::string(name) + "' cannot be opened");
  return state;
}

/// Where a value of a state stands.
struct Room {
  char* at;
  bool is_new;
};

/// Makes the value of that key and window `bytes` long, what is new of it zero. Throws Stop when memory is
/// exhausted.
inline Room room(const Context& c, weir_state* state, weir_slice key, std::int64_t window,
                 std::size_t bytes) {
  std::size_t held = 0;
  char* const at = c.host()->state_room(c.handle(), state, key, window, bytes, &held);
  if (at == nullptr) throw Stop("memory", "there is no memory left for the windows");
  return {at, held == SIZE_MAX};
}

}  // namespace weir::windowing
