// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
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
#include "support/temp_dir.h"

namespace weir::faults {

/// Runs one pipeline in several processes of one consumer group, in the middle of load: they are started,
/// stopped, killed and frozen.
class GroupRounds {
 public:
  /// As Rounds.
  GroupRounds(Pipeline& pipeline, std::uint64_t seed, bool verbose);

  /// Until there were so many kills; then waits until all is done, stops all processes, and reads the
  /// outputs.
  Outcome run(int kills);

 private:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;

  struct Member {
    int number;
    std::unique_ptr<support::ChildProcess> process;
    std::string fail_at;                            // what it was told; empty: nothing
    bool stopping = false;                          // it was told to end
    std::optional<Clock::time_point> thaw_at = {};  // it is frozen until then
  };

  void round();
  void start_member();
  void stop(Member& member);
  void kill(Member& member);
  void freeze(Member& member);
  void take_away();
  void step_clock();
  std::string choose_point();
  /// Takes those away that have ended, and says which ended as they must not; wakes those whose time has
  /// come.
  void look_after_members();
  /// Of those that run and were told nothing.
  std::vector<Member*> active();
  void pause(Milliseconds time);
  void more_input();
  /// All that went in must be done at some time, whatever happened before.
  void await_all_done();
  void end_all();
  void problem(const std::string& what);
  void say(const std::string& what) const;

  Pipeline& pipeline_;
  std::mt19937_64 random_;
  const bool verbose_;
  support::TempDir folder_{"weir-faults"};
  SteppedClock clock_{folder_ / "clock"};
  Outcome outcome_;
  std::vector<Outage> outages_;
  std::vector<std::string_view> points_;  // that the pipeline can pass
  std::size_t next_point_ = 0;
  std::size_t next_outage_ = 0;
  std::vector<Member> members_;
  int started_ = 0;
  int rounds_ = 0;
};

}  // namespace weir::faults
