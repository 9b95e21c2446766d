// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "runtime/job.h"

namespace weir::test {

/// A pipeline of the stages of test_stages.h, given as YAML, run by the real engine. The board is cleared at
/// first.
class PipelineRun {
 public:
  enum class Ports { kVerified, kAsTheyCome };

  /// Throws std::runtime_error with the diagnostics when the text is refused.
  explicit PipelineRun(const std::string& yaml, Ports ports = Ports::kVerified);
  /// `more`: plugins besides those. `clock`: the stages' processing time, the machine's when null; it
  /// outlives the run. `adjust`: as the command line changes the graph.
  PipelineRun(const std::string& yaml, std::vector<const weir_plugin*> more, const Clock* clock = nullptr,
              const std::function<void(PipelineGraph&)>& adjust = {});
  ~PipelineRun();

  void start();
  /// Waits for the end, at most 30 s; a run that does not end fails the test. Returns why it failed, if it
  /// did.
  std::optional<StopReason> wait();
  std::optional<StopReason> run() {
    start();
    return wait();
  }
  Job& job() { return *job_; }

 private:
  PipelineRun(const std::string& yaml, Ports ports, std::vector<const weir_plugin*> more, const Clock* clock,
              const std::function<void(PipelineGraph&)>& adjust);

  SystemClock clock_;
  Log log_;
  std::unique_ptr<Job> job_;
};

}  // namespace weir::test
