// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/job.h"

namespace weir {

/// What an operator sees while a pipeline runs: on a terminal one line that is written anew, otherwise a log
/// line now and then.
class Progress {
 public:
  Progress(const Job& job, Log& log, bool quiet);

  /// How long to wait before the next show().
  std::chrono::milliseconds interval() const { return interval_; }
  void show();
  /// Clears the terminal's line, before anything else is printed.
  void clear();

 private:
  std::string text();

  const Job& job_;
  Log& log_;
  const bool quiet_;
  const bool terminal_;
  const std::chrono::milliseconds interval_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_ = start_;
  std::uint64_t last_read_ = 0;
};

}  // namespace weir
