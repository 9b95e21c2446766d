// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "measured_run.h"
#include "support/temp_dir.h"

namespace weir::bench {

/// A job over made orders, which come in the order of their time.
struct WindowJob {
  std::string plugin;  ///< tumbling, sliding or session, with the pipeline of that name
  double records = 0;
  std::uint64_t keys = 0;
  std::int64_t span = 0;        ///< milliseconds that they cover
  std::int64_t slide = 60'000;  ///< of sliding, in milliseconds: a part of an hour
};

/// The orders of a job in a file, and both programs over them. All runs must leave the same results, or they
/// throw std::runtime_error.
class WindowRun {
 public:
  WindowRun(const WindowJob& job, double scale);

  Usage weir();
  Usage limit();
  double records() const { return static_cast<double>(count_); }

 private:
  Usage into_new_file(Command command);

  const WindowJob job_;
  const std::uint64_t count_;
  const support::TempDir folder_;
  std::uint64_t expected_ = 0;  ///< the digest of the first run's results
};

}  // namespace weir::bench
