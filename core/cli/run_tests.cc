// SPDX-License-Identifier: Apache-2.0
#include "cli/run_tests.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "testing/find_tests.h"
#include "testing/pipeline_test.h"
#include "testing/report.h"
#include "testing/test_reader.h"

namespace weir {
namespace {

/// All tests that can be run; what is wrong goes to `diagnostics`.
std::vector<std::unique_ptr<PipelineTest>> prepare_all(const std::list<TestFile>& files,
                                                       PluginCatalog& plugins, Diagnostics& diagnostics) {
  std::vector<std::unique_ptr<PipelineTest>> tests;
  for (const auto& file : files) {
    for (const auto& test : file.tests) {
      if (auto ready = PipelineTest::prepare(file, test, plugins, diagnostics))
        tests.push_back(std::move(ready));
    }
  }
  return tests;
}

bool write_junit(const std::string& path, const std::vector<TestResult>& results) {
  std::ofstream file(path, std::ios::binary);
  file << junit_text(results);
  file.close();
  if (!file) std::fprintf(stderr, "etl-run: the results cannot be written to '%s'\n", path.c_str());
  return static_cast<bool>(file);
}

}  // namespace

ExitCode run_tests(const TestRequest& request, PluginCatalog& plugins, bool quiet) {
  Diagnostics diagnostics;
  std::list<TestFile> files;
  for (const auto& path : find_tests(request.paths, diagnostics))
    files.push_back(load_tests(path, diagnostics));
  const auto tests = prepare_all(files, plugins, diagnostics);
  if (!diagnostics.empty()) {
    print_errors(diagnostics);
    return kBadInput;
  }
  const std::vector<Variation> variations =
      request.thorough ? thorough_variations()
                       : std::vector<Variation>{{static_cast<std::size_t>(request.at_once), false}};
  std::vector<TestResult> results;
  for (const auto& test : tests) {
    if (test->name().find(request.filter) == std::string::npos) continue;
    results.push_back(test->run(variations));
    if (!quiet || results.back().failure) std::fputs(result_text(results.back()).c_str(), stdout);
    std::fflush(stdout);
  }
  if (results.empty()) {
    std::fprintf(stderr, "etl-run: none of the %zu tests has '%s' in its name\n", tests.size(),
                 request.filter.c_str());
    return kBadInput;
  }
  if (!quiet) std::fputs(closing_line(results).c_str(), stdout);
  if (!request.junit.empty() && !write_junit(request.junit, results)) return kFailed;
  const bool failed =
      std::any_of(results.begin(), results.end(), [](const auto& r) { return r.failure.has_value(); });
  return failed ? kFailed : kDone;
}

}  // namespace weir
