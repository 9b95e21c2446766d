// SPDX-License-Identifier: Apache-2.0
#include "testing/find_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FindTests : public ::testing::Test {
 protected:
  std::vector<std::string> found(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const auto& name : names) paths.push_back((dir_ / name).string());
    auto files = find_tests(paths, diagnostics_);
    for (auto& file : files) file.erase(0, dir_.path().string().size() + 1);
    return files;
  }

  support::TempDir dir_{"weir-find"};
  Diagnostics diagnostics_;
};

TEST_F(FindTests, AFolderGivesAllThatIsBelowIt) {
  dir_.write("b.test.yaml", "");
  dir_.write("b.yaml", "");
  dir_.write("below/a.test.yaml", "");
  dir_.write("inside.yaml", "sinks: {}\ntests: []\n");
  dir_.write("notes.txt", "tests:\n");
  EXPECT_THAT(found({""}), ElementsAre("b.test.yaml", "below/a.test.yaml", "inside.yaml"));
  EXPECT_THAT(diagnostics_.text(), IsEmpty());
}

TEST_F(FindTests, APipelineFileMeansTheTestsInItAndBesideIt) {
  dir_.write("p.yaml", "tests: []\n");
  dir_.write("p.test.yaml", "");
  EXPECT_THAT(found({"p.yaml", "p.test.yaml"}), ElementsAre("p.yaml", "p.test.yaml"));
}

TEST_F(FindTests, WhatLeadsToNoTestIsTold) {
  dir_.write("p.yaml", "sinks: {}\n");
  dir_.write("empty/notes.txt", "");
  EXPECT_THAT(found({"p.yaml", "empty", "gone"}), IsEmpty());
  EXPECT_THAT(diagnostics_.text(),
              HasSubstr("p.yaml: the file has no tests, expected a section 'tests' in it or a "
                        "file p.test.yaml beside it"));
  EXPECT_THAT(diagnostics_.text(), HasSubstr("empty: the folder has no tests"));
  EXPECT_THAT(diagnostics_.text(), HasSubstr("gone: there is no such file or folder"));
}

}  // namespace
}  // namespace weir
