// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <cstdint>
#include <exception>

namespace weir::windowing {

/// Visits each key of a window of a state; unlike the host's function it lets exceptions through.
template <class F>
void each_key(const Context& c, weir_state* state, std::int64_t window, bool erase, F&& f) {
  struct Visit {
    F* f;
    std::exception_ptr problem;
  } visit{&f, nullptr};
  c.host()->state_each(c.handle(), state, window, erase ? 1 : 0, &visit,
                       [](void* visitor, weir_slice key, weir_slice value) {
                         auto& v = *static_cast<Visit*>(visitor);
                         if (v.problem) return;
                         try {
                           (*v.f)(key, value);
                         } catch (...) {
                           v.problem = std::current_exception();
                         }
                       });
  if (visit.problem) std::rethrow_exception(visit.problem);
}

}  // namespace weir::windowing
