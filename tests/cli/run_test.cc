// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <csignal>
#include <cstdint>
#include <set>
#include <string>
#include <variant>

#include "checkpoint/checkpoint_folder.h"
#include "etl_run.h"

namespace weir::test {
namespace {

using support::kLongWait;
using support::wait_until;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using RunFile = EtlRun;

const char kSplit[] = R"(
pipeline: split
sources: {people: {plugin: file, path: people.ndjson}}
processes: {adults: {plugin: filter, from: people, where: {field: age, greater_than: 17}}}
sinks:
  grown: {plugin: file, from: adults, path: grown.ndjson}
  young: {plugin: file, from: [adults.unmatched, adults.error], path: young.ndjson}
)";

TEST_F(RunFile, ReadsFiltersAndWritesTwoFilesWithAnAccount) {
  dir_.write("p.yaml", kSplit);
  dir_.write("people.ndjson", "{\"age\": 40}\n{\"age\": 3}\n{\"age\": 18}\nno json\n{\"age\": 17}");
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(lines_of("grown.ndjson"), ElementsAre("{\"age\": 40}", "{\"age\": 18}"));
  EXPECT_EQ(lines_of("young.ndjson").size(), 3u);
  EXPECT_THAT(done.out, IsEmpty());
  EXPECT_EQ(line_with(done.err, "account: "), "account: read 5 = written 5 (grown 2, young 3)");
  EXPECT_THAT(line_with(done.err, "adults "), HasSubstr("unmatched 2 -> young, error 1 -> young"));
}

TEST_F(RunFile, QuietPrintsNothingWhenAllIsWell) {
  dir_.write("p.yaml", kSplit);
  dir_.write("people.ndjson", "{\"age\": 40}\n");
  const auto done = etl_run({"run", "p.yaml", "--quiet"});
  EXPECT_EQ(done.status.code, 0);
  EXPECT_EQ(done.out + done.err, "");
  EXPECT_EQ(dir_.read("grown.ndjson"), "{\"age\": 40}\n");
}

TEST_F(RunFile, AnEmptyInputIsNoError) {
  dir_.write("p.yaml", kSplit);
  dir_.write("people.ndjson", "");
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_EQ(line_with(done.err, "account: "), "account: read 0 = written 0 (grown 0, young 0)");
}

TEST_F(RunFile, StandardInputToStandardOutput) {
  dir_.write("p.yaml",
             "sources: {in: {plugin: file, path: \"-\"}}\nsinks: {out: {plugin: stdout, from: in}}\n");
  const auto done =
      support::run({WEIR_ETL_RUN, "p.yaml"}, {.working_dir = dir_.path(), .input = "one\ntwo\nthree"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_EQ(done.out, "one\ntwo\nthree\n");
}

/// An endless source, with positions in a store.
const char kEndless[] = R"(
pipeline: endless
checkpoint: {every: 20ms, store: store}
sources: {numbers: {plugin: generator, template: "{{sequence}}", rate: 5000}}
sinks: {out: {plugin: file, from: numbers, path: out.txt}}
)";

TEST_F(RunFile, ASignalEndsItInOrderAndTheNextRunGoesOnFromThere) {
  dir_.write("p.yaml", kEndless);
  std::size_t written = 0;
  for (const int signal : {SIGTERM, SIGINT}) {
    const auto child = start({"p.yaml"});
    ASSERT_TRUE(wait_until(kLongWait, [&] {
      return exists("out.txt") && lines_of("out.txt").size() > written + 50;
    })) << child->err();
    child->signal(signal);
    const auto status = child->wait();
    ASSERT_TRUE(status);
    EXPECT_TRUE(status->ok()) << to_string(*status) << "\n" << child->err();
    EXPECT_THAT(child->err(), HasSubstr("stopping: delivering what was read; another signal aborts"));

    const auto lines = lines_of("out.txt");
    for (std::size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i], std::to_string(i + 1));
    EXPECT_GT(lines.size(), written);
    Origins origins;
    const auto loaded = CheckpointFolder((dir_ / "store").string(), "endless").load(origins);
    const auto& checkpoints = std::get<CheckpointStore::Loaded>(loaded).checkpoints;
    EXPECT_EQ(checkpoints.at(0).positions.at(0).next, static_cast<std::int64_t>(lines.size() + 1))
        << "what was written is committed, no more and no less";
    EXPECT_THAT(line_with(child->err(), "account: "), HasSubstr(" = written "));
    written = lines.size();
  }
}

TEST_F(RunFile, ASecondRunWithTheSamePositionsIsRefused) {
  dir_.write("p.yaml", kEndless);
  const auto child = start({"p.yaml"});
  const std::string pid = std::to_string(child->pid());
  ASSERT_TRUE(wait_until(kLongWait, [&] {
    return exists("store/endless.lock") && dir_.read("store/endless.lock") == pid + "\n";
  })) << child->err();
  const auto second = etl_run({"p.yaml"});
  EXPECT_EQ(second.status.code, 1);
  EXPECT_EQ(second.err,
            "etl-run: pipeline 'endless' runs already with the checkpoint folder store, in process " + pid +
                "; stop that one first, or give this pipeline a name or a folder of its own\n");
  EXPECT_TRUE(child->running()) << "the first goes on";
  child->kill();
  const auto third = start({"p.yaml"});
  EXPECT_TRUE(wait_until(kLongWait, [&] {
    return dir_.read("store/endless.lock") == std::to_string(third->pid()) + "\n" || !third->running();
  }));
  EXPECT_TRUE(third->running()) << third->err();
}

TEST_F(RunFile, ASecondSignalAbortsWithExitCode1) {
  dir_.write("in.txt", numbered_lines(20'000, 40));
  dir_.write("p.yaml",
             "pipeline: stuck\nsources: {in: {plugin: file, path: in.txt}}\n"
             "sinks: {out: {plugin: stdout, from: in}}\n");
  const auto child = start_with_stuck_output("p.yaml");
  const auto says = [&](const char* text) {
    return wait_until(kLongWait,
                      [&] { return child->err().find(text) != std::string::npos || !child->running(); });
  };
  ASSERT_TRUE(wait_until(kLongWait, [&] { return output_is_stuck(); })) << child->err();
  child->signal(SIGTERM);
  ASSERT_TRUE(says("stopping:"));
  EXPECT_TRUE(child->running()) << "it waits for the output";
  child->signal(SIGTERM);
  const auto status = child->wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(to_string(*status), "exit code 1") << child->err();
  EXPECT_THAT(child->err(), HasSubstr("etl-run: pipeline 'stuck' was aborted; positions are kept\n"));
  EXPECT_THAT(child->err(), Not(HasSubstr("written")));
}

TEST_F(RunFile, AKilledRunLosesNothing) {
  constexpr int kLines = 20'000;
  dir_.write("in.txt", numbered_lines(kLines, 200));
  dir_.write("p.yaml", R"(
checkpoint: {store: store}
sources: {in: {plugin: file, path: in.txt}}
sinks:
  out: {plugin: file, from: in, path: out.txt}
  show: {plugin: stdout, from: in, queue: 2MiB}  # more than what the file is written at
)");
  const auto child = start_with_stuck_output("p.yaml");
  ASSERT_TRUE(wait_until(kLongWait, [&] { return exists("out.txt") && output_is_stuck(); }));
  child->kill();
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  std::set<std::string> seen;
  for (const auto& line : lines_of("out.txt")) seen.insert(line);
  for (const auto& line : lines_of("in.txt")) EXPECT_EQ(seen.erase(line), 1u) << line;
  EXPECT_LE(seen.size(), 1u) << "a line that was cut off by the kill stays on a line of its own";
  EXPECT_EQ(line_with(etl_run({"p.yaml"}).err, "account: "), "account: read 0 = written 0 (out 0, show 0)")
      << "all of it is committed now";
}

}  // namespace
}  // namespace weir::test
