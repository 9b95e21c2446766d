// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <memory>
#include <string>
#include <vector>

#include "plugin/registry.h"
#include "support/temp_dir.h"
#include "testing/report.h"
#include "testing/variation.h"

namespace weir::test {

/// Runs steps against a pipeline of the stages of test_stages.h (script, mark, slow_mark, keep, pairs), of
/// `visits` and `rules` of keyed_stages.h, of `keeper`, of a window `hold`, which emits what it holds five
/// seconds of processing time after the first record, and of a window `event_hold` of ten seconds of event
/// time. Both keep no state.
class StepsRun {
 public:
  /// `more`: plugins besides those.
  explicit StepsRun(const std::string& pipeline, std::vector<const weir_plugin*> more = {});

  /// The steps as YAML, from column one; line 4 of `p.test.yaml` is the first. Why they do not hold,
  /// "LINE:COLUMN: why" and the variation; empty when they do. Throws std::runtime_error with the diagnostics
  /// when a file is refused.
  std::string run(const std::string& steps, const std::vector<Variation>& variations = {Variation{}});
  /// What is said of the steps when they hold in all the ways of thorough_variations().
  std::string note(const std::string& steps);
  /// What is wrong with the file, a line each, without its name; the steps are not run.
  std::string errors(const std::string& steps);

 private:
  TestResult result(const std::string& steps, const std::vector<Variation>& variations);
  std::string without_path(std::string text) const;

  support::TempDir dir_{"weir-testing"};
  const std::vector<const weir_plugin*> more_;
};

}  // namespace weir::test
