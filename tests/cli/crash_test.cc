// SPDX-License-Identifier: Apache-2.0
//
// A record that crashes a plugin, or makes it stop the pipeline, each time is found and set aside; all others
// are delivered.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "etl_run.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

struct Way {
  const char* how;
  int signal;
  const char* more;  ///< of the stage
};

void PrintTo(const Way& way, std::ostream* to) {
  *to << way.how << way.more;
}

class Crash : public EtlRun, public ::testing::WithParamInterface<Way> {
 protected:
  static constexpr int kLines = 2000;

  void write_pipeline(const std::string& settings, const std::string& error) {
    std::string lines;
    for (int i = 0; i < kLines; ++i) lines += i == 777 ? "boom\n" : std::to_string(i) + "\n";
    dir_.write("in.txt", lines);
    dir_.write("p.yaml", "pipeline: crashes\ncheckpoint: {store: store}\n" + settings +
                             "sources: {in: {plugin: file, path: in.txt}}\nprocesses: {work: {plugin: "
                             "crasher, from: in, how: " +
                             GetParam().how + GetParam().more +
                             "}}\nsinks:\n  out: {plugin: file, from: work, path: out.txt}\n" + error);
  }
  support::Completed run() { return etl_run({"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS}); }
  const std::string kAside =
      "  aside: {plugin: file, from: work.error, path: aside.ndjson, format: envelope}\n";
};

TEST_P(Crash, TheRecordIsSetAsideAfterThreeAndTheRestGoesOn) {
  write_pipeline("", kAside);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run().status.signal, GetParam().signal) << i;
  const auto last = run();
  EXPECT_EQ(last.status.code, 0) << last.err;
  const auto lines = lines_of("out.txt");
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), std::size_t{kLines - 1});
  ASSERT_EQ(lines_of("aside.ndjson").size(), 1u);
  const auto aside = nlohmann::json::parse(lines_of("aside.ndjson")[0]);
  EXPECT_THAT(aside.dump(), AllOf(HasSubstr("boom"), HasSubstr("\"poison\""), HasSubstr("crashed 3 times")));

  // It is behind the checkpoint: the next run knows nothing of it.
  dir_.write("in.txt", dir_.read("in.txt") + "more\n");
  const auto more = run();
  EXPECT_EQ(more.status.code, 0) << more.err;
  EXPECT_THAT(more.err, Not(HasSubstr("one at a time")));
  EXPECT_THAT(lines_of("out.txt"), Contains("more"));
}

TEST_P(Crash, SwitchedOffItCrashesForEver) {
  write_pipeline("poison_after: 0\n", kAside);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(run().status.signal, GetParam().signal) << i;
}

TEST_P(Crash, WithoutAnErrorPortThePipelineStopsAndNamesTheRecord) {
  write_pipeline("poison_after: 2\n", "");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run().status.signal, GetParam().signal) << i;
  const auto last = run();
  EXPECT_EQ(last.status.code, 1) << last.err;
  EXPECT_THAT(last.err,
              AllOf(HasSubstr("in[in.txt@778]"), HasSubstr("crashed 2 times"), HasSubstr("work.error")));
}

/// Where checkpoints are not kept in a folder, and nothing else says what has been delivered.
TEST_P(Crash, NotesInAFolderOfTheirOwnCountAndGoWhenTheRecordIsDelivered) {
  write_pipeline("poison_after: {times: 2, notes: notes}\n", kAside);
  std::string text = dir_.read("p.yaml");
  const std::string store = "checkpoint: {store: store}\n";
  dir_.write("p.yaml", text.erase(text.find(store), store.size()));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run().status.signal, GetParam().signal) << i;
  EXPECT_NE(dir_.read("notes/crashes.crashes"), "");
  const auto last = run();
  EXPECT_EQ(last.status.code, 0) << last.err;
  ASSERT_EQ(lines_of("aside.ndjson").size(), 1u);
  EXPECT_THAT(lines_of("aside.ndjson")[0], HasSubstr("crashed 2 times"));
  EXPECT_EQ(dir_.read("notes/crashes.crashes"), "");
}

TEST_P(Crash, NotesThatCannotBeWrittenAreTold) {
  write_pipeline("poison_after: {notes: in.txt}\n", kAside);
  EXPECT_THAT(run().err, AllOf(HasSubstr("poison_after has no effect"),
                               HasSubstr("cannot open in.txt/crashes.crashes")));
}

INSTANTIATE_TEST_SUITE_P(Ways, Crash,
                         ::testing::Values(Way{"abort", SIGABRT, ""}, Way{"write", SIGSEGV, ""},
                                           Way{"overflow", SIGSEGV, ""},
                                           Way{"abort", SIGABRT, ", concurrency: 3"}));

/// Nor does a pipeline begin with such a record for ever that a plugin stops at.
using Stopped = Crash;

TEST_P(Stopped, AtARecordAgainAndAgainItIsSetAside) {
  write_pipeline("", kAside);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run().status.code, 1) << i;
  const auto last = run();
  EXPECT_EQ(last.status.code, 0) << last.err;
  const auto lines = lines_of("out.txt");
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), std::size_t{kLines - 1});
  ASSERT_EQ(lines_of("aside.ndjson").size(), 1u);
  EXPECT_THAT(lines_of("aside.ndjson")[0],
              AllOf(HasSubstr("boom"), HasSubstr("\"poison\""), HasSubstr("pipeline stopped 3 times")));
}
INSTANTIATE_TEST_SUITE_P(Ways, Stopped,
                         ::testing::Values(Way{"stop", 0, ""}, Way{"stop", 0, ", concurrency: 3"}));

using OutOfMemory = Crash;

/// It runs out at whichever record comes then: one after the other would be set aside.
TEST_P(OutOfMemory, LeavesNoSuspects) {
  write_pipeline("", kAside);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(run().status.code, 1) << i;
  EXPECT_EQ(dir_.read("store/crashes.crashes"), "");
}
INSTANTIATE_TEST_SUITE_P(Ways, OutOfMemory,
                         ::testing::Values(Way{"hoard", 0, ""}, Way{"hoard", 0, ", concurrency: 3"}));

/// What a sink stops for stands outside, and no record is to blame.
TEST_F(EtlRun, AStopOfASinkLeavesNoSuspects) {
  dir_.write("in.txt", "1\n2\n");
  dir_.write("p.yaml", R"(pipeline: p
checkpoint: {store: store}
sources: {in: {plugin: file, path: in.txt}}
sinks: {out: {plugin: file, from: in, path: in.txt/out.txt}}
)");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(etl_run({"p.yaml"}).status.code, 1) << i;
  EXPECT_EQ(dir_.read("store/p.crashes"), "");
}

using Killed = Crash;

/// Whoever kills a process from outside does not make its records suspects.
TEST_P(Killed, LeavesNoSuspects) {
  write_pipeline("", kAside);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(run().status.signal, SIGKILL) << i;
  EXPECT_EQ(dir_.read("store/crashes.crashes"), "");
}
INSTANTIATE_TEST_SUITE_P(FromOutside, Killed, ::testing::Values(Way{"kill", SIGKILL, ""}));

}  // namespace
}  // namespace weir::test
