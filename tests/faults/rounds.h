// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "outcome.h"
#include "pipeline.h"
#include "stepped_clock.h"
#include "support/child_process.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"

namespace weir::faults {

/// Runs one pipeline again and again, each time with more input, and each time something happens to it.
class Rounds {
 public:
  /// `seed`: decides all that happens; only how far a run has come when it happens differs from time to time.
  Rounds(Pipeline& pipeline, std::uint64_t seed, bool verbose);

  /// Until there were so many kills; then once more without a fault, to the end of the input.
  Outcome run(int kills);

 private:
  using Milliseconds = std::chrono::milliseconds;

  void round();
  /// One kind after the other.
  void outage();
  void more_input();
  std::string choose_point();
  void kill_at_point();
  /// `at`: as WEIR_FAIL_AT has it.
  void kill_at(const std::string& at);
  void kill_at_time();
  void freeze();
  void step_clock();
  void fill_disk();
  void damage_checkpoint();
  void take_away(const Outage& outage);

  std::unique_ptr<support::ChildProcess> start(std::map<std::string, std::string> environment = {});
  /// Some time between nothing and what a run needs.
  Milliseconds some_time();
  /// Waits so long for the end; whether it has ended.
  static bool ended_within(support::ChildProcess& run, Milliseconds time);
  void kill(support::ChildProcess& run);
  /// The run must end by itself and well; `allowed` to fail while something is out of order.
  void await_end(support::ChildProcess& run, bool allowed_to_fail = false);
  void problem(const std::string& what, const support::ChildProcess* run = nullptr);
  void say(const std::string& what) const;

  Pipeline& pipeline_;
  std::mt19937_64 random_;
  const bool verbose_;
  support::TempDir folder_{"weir-faults"};
  SteppedClock clock_{folder_ / "clock"};
  std::optional<support::SmallDisk> disk_;
  Outcome outcome_;
  std::vector<std::vector<std::string>> commands_;
  std::size_t command_ = 0;               // the one that this round runs
  std::vector<std::string_view> points_;  // that the pipeline can pass
  std::size_t next_point_ = 0;
  int rounds_ = 0;
  std::vector<Outage> pipeline_outages_;
  std::size_t outages_ = 0;
  Milliseconds usual_{300};  // how long a run lasts to which nothing happens
};

}  // namespace weir::faults
