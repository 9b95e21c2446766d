// SPDX-License-Identifier: Apache-2.0
//
// A pipeline that fails begins again by itself, as `restart:` says.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <string>

#include "etl_run.h"

namespace weir::test {
namespace {

using support::kLongWait;
using support::wait_until;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class Restart : public EtlRun {
 protected:
  static constexpr int kRecords = 20000;

  /// `settings`: of the pipeline; `blown`: of the fuse.
  void write_pipeline(const std::string& settings, const std::string& blown) {
    std::string lines;
    for (int i = 0; i < kRecords; ++i) lines += std::to_string(i) + "\n";
    dir_.write("in.txt", lines);
    dir_.write("p.yaml", "pipeline: again\npoison_after: 0\ncheckpoint: {store: store, every: 1ms}\n" +
                             settings +
                             R"(sources: {in: {plugin: file, path: in.txt}}
processes: {fuse: {plugin: fuse, from: in, after: store/again.task-0.checkpoint-1, blown: )" +
                             blown + R"(}}
sinks: {out: {plugin: file, from: fuse, path: out.txt}}
)");
  }
  std::vector<std::string> arguments() const { return {"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS}; }
};

TEST_F(Restart, BeginsAgainAtTheLastCheckpointAndSaysSo) {
  write_pipeline("restart: {first: 10ms, most: 20ms}\n", "[one, two, three]");
  const auto done = etl_run(arguments());
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("fuse: the fuse two has blown (blown); beginning again at the last "
                                  "checkpoint in "));
  EXPECT_THAT(
      line_with(done.err, "restarts: "),
      HasSubstr("restarts: 3; what was delivered after the last checkpoint before each was delivered again"));
  const auto lines = lines_of("out.txt");
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), std::size_t{kRecords});
  EXPECT_THAT(line_with(done.err, "account: "), HasSubstr("read 20,000 = written 20,000"))
      << "each record once, when it was delivered for good";
}

/// What a list held at a checkpoint is read again, and counted once.
TEST_F(Restart, TheAccountAddsUpOverListsThatWereHeld) {
  write_pipeline("", "[]");
  dir_.write("p.yaml", R"(pipeline: again
checkpoint: {store: store, every: 1ms}
restart: {first: 10ms, most: 20ms}
sources: {in: {plugin: file, path: in.txt}}
windows: {lists: {plugin: time_or_count, from: fuse, count: 7, time: 1h}}
processes:
  fuse: {plugin: fuse, from: in, after: store/again.task-0.checkpoint-1, blown: [one, two]}
  size: {plugin: group_size, from: lists}
sinks: {out: {plugin: file, from: size, path: out.txt}}
)");
  const auto done = etl_run(arguments());
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(line_with(done.err, "account: "), Not(ContainsRegex("dropped [^)]*lists"))) << done.err;
}

TEST_F(Restart, WithoutItTheFirstFailureEnds) {
  write_pipeline("", "[one]");
  const auto done = etl_run(arguments());
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, AllOf(HasSubstr("the fuse one has blown"), Not(HasSubstr("beginning again"))));
}

TEST_F(Restart, WhatNeverCameToACheckpointEnds) {
  dir_.write("in.txt", "1\n");
  dir_.write("p.yaml", R"(pipeline: again
checkpoint: {store: store, every: 1ms}
restart: {first: 1ms}
sources: {in: {plugin: file, path: in.txt}}
processes: {fuse: {plugin: fuse, from: in, after: in.txt, blown: [missing/1, missing/2]}}
sinks: {out: {plugin: file, from: fuse, path: out.txt}}
)");
  const auto done = etl_run(arguments());
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, Not(HasSubstr("beginning again")));
}

/// What the jobs before have done is told all the same.
TEST_F(Restart, AStartThatFailsForGoodStillGivesTheAccount) {
  write_pipeline("delivery: exactly_once\nrestart: {first: 1ms, most: 1ms, attempts: 1}\n",
                 "[store/again.task-0.checkpoint-999999999]");
  const auto done = etl_run(arguments());
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(line_with(done.err, "account: "), HasSubstr("read ")) << done.err;
  EXPECT_THAT(line_with(done.err, "restarts: "), HasSubstr("restarts: 1")) << done.err;
  EXPECT_THAT(done.err, HasSubstr("checkpoint-999999999"));
  EXPECT_THAT(done.err, HasSubstr("(start); positions are kept")) << done.err;
}

/// A process that is started in an outage waits as one that runs does, once the pipeline has worked.
TEST_F(Restart, WhatHasWorkedInAFormerProcessBeginsAgain) {
  dir_.write("in.txt", "1\n");
  dir_.write("go", "");
  dir_.write("p.yaml", R"(pipeline: again
delivery: exactly_once
checkpoint: {store: store}
restart: {first: 1ms, most: 1ms}
sources: {in: {plugin: file, path: in.txt}}
sinks: {out: {plugin: reluctant, from: in, asked: asked, until: go, away: away}}
)");
  dir_.write("away", "");
  const auto never = etl_run(arguments());
  EXPECT_EQ(never.status.code, 1) << never.err;
  EXPECT_THAT(never.err, AllOf(HasSubstr("the sink is away"), Not(HasSubstr("beginning again"))));

  std::filesystem::remove(dir_ / "away");
  EXPECT_EQ(etl_run(arguments()).status.code, 0);
  dir_.write("away", "");
  const auto child = start(arguments());
  ASSERT_TRUE(wait_until(kLongWait, [&] {
    return child->err().find("beginning again") != std::string::npos;
  })) << child->err();
  std::filesystem::remove(dir_ / "away");
  const auto status = child->wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0) << child->err();
}

TEST_F(Restart, ASignalInTheWaitEndsIt) {
  write_pipeline("restart: {first: 1h, most: 1h}\n", "[one]");
  auto child = start(arguments());
  ASSERT_TRUE(wait_until(kLongWait, [&] {
    return child->err().find("beginning again") != std::string::npos;
  })) << child->err();
  child->signal(SIGTERM);
  const auto status = child->wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 1);
  EXPECT_THAT(child->err(),
              HasSubstr("etl-run: pipeline 'again' failed: stage 'fuse': the fuse one has blown"));
}

}  // namespace
}  // namespace weir::test
