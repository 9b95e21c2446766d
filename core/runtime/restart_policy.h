// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <random>

#include "spec/pipeline_spec.h"

namespace weir {

/// Whether and when a pipeline that has failed begins again: after waits that double from `first` to `most`,
/// shortened by up to a fifth so that many processes do not come back at one moment. A run that lasted for
/// `reset_after` makes the next wait a first one. One thread.
class RestartPolicy {
 public:
  explicit RestartPolicy(const RestartSpec& spec) : spec_(spec) {}

  /// A run has failed after that time, with so many checkpoints saved; `went_on`: it had taken up what an
  /// earlier process has saved, so that the file is as good as it was then. How long to wait before the next
  /// one; nothing when it is over: after `attempts` failures in a row without a checkpoint in between, or
  /// when the first run of all did not come to one nor went on from one, since what is wrong then is mostly
  /// in the file.
  std::optional<std::chrono::milliseconds> failed(std::chrono::milliseconds lasted, std::uint64_t checkpoints,
                                                  bool went_on = false);

 private:
  const RestartSpec spec_;
  std::chrono::milliseconds next_{0};
  int in_a_row_ = 0;
  bool worked_ = false;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace weir
