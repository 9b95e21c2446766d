// SPDX-License-Identifier: Apache-2.0
#include "cli/run_tests.h"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "testing/find_tests.h"
#include "testing/pipeline_test.h"
#include "testing/report.h"
#include "testing/test_reader.h"

namespace weir {
namespace {

/// A folder for the stores of tests, for as long as they run.
class WorkingFolder {
 public:
  WorkingFolder() : path_((std::filesystem::temp_directory_path() / "etl-run-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error("cannot make the folder " + path_ + ": " + std::strerror(errno));
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;
  ~WorkingFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

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
  std::optional<WorkingFolder> folder;
  if (request.on_disk) folder.emplace();
  for (const auto& test : tests) {
    // With no memory, so that between two calls of a plugin all goes to the store.
    if (folder) test->keep_state_in({true, folder->path(), 0, {}});
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
