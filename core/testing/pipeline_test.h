// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/diagnostics.h"
#include "base/log.h"
#include "graph/pipeline_graph.h"
#include "plugin/registry.h"
#include "testing/report.h"
#include "testing/test_case.h"
#include "testing/variation.h"

namespace weir {

/// The clock of a test: stands still until a step moves it. It begins at 2024-01-01T00:00:00Z.
class StepClock final : public Clock {
 public:
  std::int64_t now() const override { return now_; }
  void set(std::int64_t time) { now_ = time; }
  void begin_again() { now_ = kBegin; }

 private:
  static constexpr std::int64_t kBegin = 1'704'067'200'000;
  std::atomic<std::int64_t> now_{kBegin};
};

/// One test with the pipeline that it is about, ready to run.
class PipelineTest {
 public:
  /// Reads the pipeline with the test's variables, checks it with its plugins as a run would, and checks the
  /// names in the steps. Null when something is wrong, with the pipeline or with the test; it then stands in
  /// `diagnostics`. `test` outlives the object.
  static std::unique_ptr<PipelineTest> prepare(const TestFile& file, const TestCase& test,
                                               PluginCatalog& plugins, Diagnostics& diagnostics);

  PipelineTest(const PipelineTest&) = delete;
  PipelineTest& operator=(const PipelineTest&) = delete;

  const std::string& name() const { return test_.name; }
  /// Where state stands, whatever the file says: in memory where it is not told otherwise.
  void keep_state_in(const StateSpec& state) { graph_->spec.state = state; }
  /// Runs the steps once in each way, until they do not hold in one. Ways of several tasks are passed over
  /// where TaskSpread::only_one() says why.
  TestResult run(const std::vector<Variation>& variations = {Variation{}});

 private:
  PipelineTest(std::string file, const TestCase& test);

  const std::string file_;
  const TestCase& test_;
  StepClock clock_;
  std::vector<std::string> lines_;  ///< of the log; the pipeline's threads write them while it is not at rest
  Log log_;
  std::optional<PipelineGraph> graph_;
};

}  // namespace weir
