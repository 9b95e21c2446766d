// SPDX-License-Identifier: Apache-2.0
#include "runtime/restart_policy.h"

#include <algorithm>

namespace weir {

std::optional<std::chrono::milliseconds> RestartPolicy::failed(std::chrono::milliseconds lasted,
                                                               std::uint64_t checkpoints, bool went_on) {
  worked_ = worked_ || went_on || checkpoints > 0;
  if (!spec_.enabled || !worked_) return std::nullopt;
  in_a_row_ = checkpoints > 0 ? 1 : in_a_row_ + 1;
  if (spec_.attempts > 0 && in_a_row_ > spec_.attempts) return std::nullopt;
  if (lasted >= spec_.reset_after || next_.count() == 0) next_ = spec_.first;
  const auto wait = next_;
  next_ = std::min(next_ * 2, spec_.most);
  return wait -
         std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, wait.count() / 5)(random_));
}

}  // namespace weir
