// SPDX-License-Identifier: Apache-2.0
//
// `delivery: exactly_once` with files, against SIGKILL at any moment.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <thread>

#include "etl_run.h"

namespace weir::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using ExactlyOnce = EtlRun;

const char kSplit[] = R"(
pipeline: split
delivery: exactly_once
checkpoint: {store: store, every: 20ms}
sources: {people: {plugin: file, path: people.ndjson}}
processes: {adults: {plugin: filter, from: people, where: {field: age, greater_than: 17}}}
sinks:
  grown: {plugin: file, from: adults, path: out/grown.ndjson, rotate: {size: 1MiB}}
  young: {plugin: file, from: [adults.unmatched, adults.error], path: "out/%Y/young-%m.ndjson"}
)";

constexpr int kPeople = 60'000;

/// One line for each number.
std::string people() {
  std::string text;
  for (int i = 0; i < kPeople; ++i) {
    text += R"({"age": )" + std::to_string(i % 36) + R"(, "number": )" + std::to_string(i) +
            R"(, "name": ")" + std::string(static_cast<std::size_t>(i % 200), 'x') + "\"}\n";
  }
  return text;
}

/// How often each line stands in the files of a folder.
std::map<std::string, int> lines_in(const fs::path& folder, const support::TempDir& dir) {
  std::map<std::string, int> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::istringstream text(dir.read(entry.path()));
    for (std::string line; std::getline(text, line);) ++all[line];
  }
  return all;
}

TEST_F(ExactlyOnce, ARunThatIsKilledAgainAndAgainWritesEachLineOnce) {
  constexpr int kKills = 25;
  dir_.write("p.yaml", kSplit);
  dir_.write("people.ndjson", people());
  int kills = 0;
  for (unsigned seed = 1; kills < kKills; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    fs::remove_all(dir_ / "out");
    fs::remove_all(dir_ / "store");
    // Longer from time to time, so that it comes to an end on a slow machine too.
    for (unsigned most = 100;; most += 20) {
      const auto child = start({"-q", "p.yaml"});
      const std::chrono::milliseconds moment(random() % most);
      if (const auto ended = child->wait(moment)) {
        ASSERT_TRUE(ended->ok()) << to_string(*ended) << "\n" << child->err();
        break;
      }
      child->kill();
      ++kills;
      ASSERT_LT(most, 10'000u) << "it comes to no end:\n" << child->err();
    }
    const auto found = lines_in(dir_ / "out", dir_);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(kPeople));
    for (const auto& [line, times] : found) ASSERT_EQ(times, 1) << line;
  }
}

TEST_F(ExactlyOnce, SinksOfOnePipelineOnOnePathAreToldSo) {
  dir_.write("in.txt", "1\n2\n");
  dir_.write("p.yaml", R"(
delivery: exactly_once
checkpoint: {store: store}
sources: {in: {plugin: file, path: in.txt}}
sinks:
  one: {plugin: file, from: in, path: out.txt}
  two: {plugin: file, from: in, path: out.txt}
)");
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, HasSubstr("'out.txt' is written by another sink or task of this process too"));
}

TEST_F(ExactlyOnce, StandardOutputCannotKeepIt) {
  dir_.write("in.txt", "1\n2\n");
  dir_.write(
      "p.yaml",
      "delivery: exactly_once\ncheckpoint: {store: store}\nsources: {in: {plugin: file, path: in.txt}}\n"
      "sinks: {out: {plugin: stdout, from: in}}\n");
  const auto done = etl_run({"check", "p.yaml"});
  EXPECT_NE(done.status.code, 0);
  EXPECT_THAT(done.err,
              HasSubstr("stage 'out' cannot keep `delivery: exactly_once`: the sink plugin 'stdout' "
                        "cannot take back what it has written"));
}

}  // namespace
}  // namespace weir::test
