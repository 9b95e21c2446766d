// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/stage.h>

namespace weir {

/// Gathers records into groups. Contents live in the host's lists (Context::list_append, list_emit), so that
/// positions are not committed past what an open window holds. finish() emits the tails.
class Window : public Stage {
 public:
  static constexpr weir_kind kKind = WEIR_WINDOW;
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS;

  virtual void process(const Batch& batch, Context& out) = 0;
};

}  // namespace weir
