// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"

namespace weir {

/// What came of one test.
struct TestResult {
  std::string file;  ///< where the test stands
  std::string name;
  std::optional<Diagnostic>
      failure;                   ///< the step that did not hold, and why; the message may have several lines
  std::vector<std::string> log;  ///< what the pipeline logged
  std::chrono::microseconds took{};
  std::string note = {};       ///< what the results do not say; for the people who read them
  std::string variation = {};  ///< in which way the steps were run that did not hold; empty: the plain one
};

/// One line for a test that holds; for one that does not also the step, the difference and the log.
std::string result_text(const TestResult& result);

/// "12 tests, all hold (35 ms)", "12 tests, 2 do not hold (35 ms)".
std::string closing_line(const std::vector<TestResult>& results);

/// The results as JUnit's XML, which CI servers read: a suite a file.
std::string junit_text(const std::vector<TestResult>& results);

}  // namespace weir
