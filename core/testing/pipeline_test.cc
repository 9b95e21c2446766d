// SPDX-License-Identifier: Apache-2.0
#include "testing/pipeline_test.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "spec/pipeline_reader.h"
#include "testing/name_check.h"
#include "testing/step_runner.h"
#include "testing/task_spread.h"

namespace weir {

PipelineTest::PipelineTest(std::string file, const TestCase& test)
    : file_(std::move(file)),
      test_(test),
      log_(clock_, LogLevel::kInfo, [this](std::string_view line) { lines_.emplace_back(line); }) {}

std::unique_ptr<PipelineTest> PipelineTest::prepare(const TestFile& file, const TestCase& test,
                                                    PluginCatalog& plugins, Diagnostics& diagnostics) {
  std::unique_ptr<PipelineTest> made(new PipelineTest(file.path, test));
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = test.env.find(name);
    return found == test.env.end() ? std::nullopt : std::optional(found->second);
  };
  Diagnostics own;
  std::error_code error;
  if (!std::filesystem::exists(file.pipeline, error)) {
    diagnostics.add(file.pipeline_mark, "there is no file '" + file.pipeline +
                                            "', which these tests are about; give its path by 'pipeline'");
    return nullptr;
  }
  auto spec = load_pipeline(file.pipeline, environment, own);
  if (spec) made->graph_ = build_graph(*std::move(spec), plugins, made->log_, own);
  if (made->graph_) made->keep_state_in({});
  if (made->graph_) check_names(test, *made->graph_, own);
  for (const auto& found : own.all()) diagnostics.add(found.mark, found.message);
  return own.empty() ? std::move(made) : nullptr;
}

TestResult PipelineTest::run(const std::vector<Variation>& variations) {
  TestResult result{file_, test_.name, std::nullopt, {}, {}};
  const TaskSpread spread(*graph_, test_);
  const auto start = std::chrono::steady_clock::now();
  for (const auto& variation : variations) {
    if (variation.tasks > 1 && !spread.only_one().empty()) {
      result.note = "in one task alone: " + spread.only_one();
      continue;
    }
    if (variation.rescales && !spread.may_rescale()) continue;
    log_.flush();
    lines_.clear();
    clock_.begin_again();
    result.failure = StepRunner(*graph_, test_, clock_, log_, variation).run();
    if (!result.failure) continue;
    result.variation = to_text(variation);
    break;
  }
  result.took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  log_.flush();
  result.log = std::exchange(lines_, {});
  return result;
}

}  // namespace weir
