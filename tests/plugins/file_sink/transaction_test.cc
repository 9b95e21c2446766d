// SPDX-License-Identifier: Apache-2.0
//
// Exactly once: after a crash between any two steps the files are as they were at the checkpoint that is gone
// on with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sinks/file/file_sink.h"
#include "support/temp_dir.h"

namespace weir::file {
namespace {

using Harness = testing::Harness<FileSink>;
using std::chrono::milliseconds;

/// All files of a folder but the journals, by their paths.
std::map<std::string, std::string> files_in(const support::TempDir& dir) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path())) {
    const auto name = std::filesystem::relative(entry.path(), dir.path()).string();
    if (entry.is_regular_file() && entry.path().extension() != ".weir") all[name] = dir.read(name);
  }
  return all;
}

bool has_journal(const support::TempDir& dir) {
  return std::filesystem::exists(dir / ".test.stage.0-0.weir");
}

/// The sink of a pipeline, with what its checkpoints hold of it.
class SinkRun {
 public:
  SinkRun(const support::TempDir& dir, nlohmann::json options)
      : dir_(dir), sink_(in(dir, std::move(options))) {
    sink_.work_in(WEIR_IN_TRANSACTIONS);
    sink_.clock().set(milliseconds(1'709'208'000'000));
    at_checkpoint_ = files_in(dir_);
  }

  void write(const std::string& value, std::int64_t event_time = WEIR_NO_TIME) {
    testing::Item item(value);
    if (event_time != WEIR_NO_TIME) item.event_time = event_time;
    sink_.write({item});
  }
  void flush() { sink_.flush(); }
  void prepare() {
    prepared_ = sink_.prepare(++number_);
    files_prepared_ = files_in(dir_);
  }
  /// The checkpoint: from here on what was prepared counts.
  void save() {
    saved_ = prepared_.empty() ? std::vector<std::string>{} : std::vector{prepared_};
    at_checkpoint_ = files_prepared_;
  }
  void commit() {
    if (!prepared_.empty()) sink_.commit_prepared();
  }
  void checkpoint() {
    flush();
    prepare();
    save();
    commit();
  }
  /// The process is gone, and the next one begins.
  void recover() { sink_.recover(saved_); }

  const std::map<std::string, std::string>& at_checkpoint() const { return at_checkpoint_; }
  Harness& sink() { return sink_; }

 private:
  static std::string in(const support::TempDir& dir, nlohmann::json options) {
    options["path"] = (dir / options.at("path").get<std::string>()).string();
    return options.dump();
  }

  const support::TempDir& dir_;
  Harness sink_;
  std::uint64_t number_ = 0;
  std::string prepared_;
  std::vector<std::string> saved_;
  std::map<std::string, std::string> at_checkpoint_, files_prepared_;
};

using Step = std::function<void(SinkRun&)>;

Step write(std::string value, std::int64_t event_time = WEIR_NO_TIME) {
  return [=](SinkRun& run) { run.write(value, event_time); };
}
Step advance(std::chrono::hours by) {
  return [=](SinkRun& run) { run.sink().advance(by); };
}

struct Scenario {
  const char* name;
  const char* options;
  std::map<std::string, std::string> before;
  std::vector<Step> first, second, third;  ///< what is written in three periods
};

class CrashAnywhere : public ::testing::TestWithParam<Scenario> {
 protected:
  static std::vector<Step> steps() {
    std::vector<Step> all;
    for (const auto* period : {&GetParam().first, &GetParam().second, &GetParam().third}) {
      all.insert(all.end(), period->begin(), period->end());
      for (const auto part : {&SinkRun::flush, &SinkRun::prepare, &SinkRun::save, &SinkRun::commit}) {
        all.emplace_back([part](SinkRun& run) { (run.*part)(); });
      }
    }
    return all;
  }
};

TEST_P(CrashAnywhere, TheFilesAreAsAtTheCheckpointAndWritingGoesOn) {
  const auto all = steps();
  for (std::size_t done = 0; done <= all.size(); ++done) {
    SCOPED_TRACE("crash after step " + std::to_string(done));
    const support::TempDir dir;
    for (const auto& [name, text] : GetParam().before) dir.write(name, text);
    SinkRun run(dir, nlohmann::json::parse(GetParam().options));
    for (std::size_t i = 0; i < done; ++i) all[i](run);
    run.recover();
    EXPECT_EQ(files_in(dir), run.at_checkpoint());
    EXPECT_FALSE(has_journal(dir));
    run.recover();
    EXPECT_EQ(files_in(dir), run.at_checkpoint()) << "recovered twice";

    for (const auto& step : GetParam().second) step(run);
    run.flush();
    run.recover();
    EXPECT_EQ(files_in(dir), run.at_checkpoint()) << "crashed again";
    const auto before = run.at_checkpoint();
    for (const auto& step : GetParam().second) step(run);
    run.checkpoint();
    run.recover();
    EXPECT_EQ(files_in(dir), run.at_checkpoint());
    EXPECT_NE(files_in(dir), before);
  }
}

const std::string kLong(300'000, 'x');  // is appended before any flush
constexpr std::int64_t kHour = 3'600'000;

INSTANTIATE_TEST_SUITE_P(
    Files, CrashAnywhere,
    ::testing::Values(Scenario{"NewFile",
                               R"({"path": "out"})",
                               {},
                               {write("a"), write(kLong)},
                               {write("b"), write(kLong), write("c")},
                               {write("d")}},
                      Scenario{"FileThatWasThere",
                               R"({"path": "out"})",
                               {{"out", "old\nhalf a li"}},
                               {write("a")},
                               {write(kLong)},
                               {write("c")}},
                      Scenario{"PeriodsWithoutRecords", R"({"path": "out"})", {}, {}, {write("a")}, {}},
                      Scenario{"RotatedBySize",
                               R"({"path": "out", "rotate": {"size": 10}})",
                               {{"out", "old\n"}, {"out.2", "not ours\n"}},
                               {write("aaaa"), write("bbbb"), write("cccc"), write("dddd")},
                               {write("eeee"), write("ffff"), write("gggg")},
                               {write("hhhhhhhhhhhhhhh"), write("i")}},
                      Scenario{"RotatedByTime",
                               R"({"path": "out", "rotate": {"every": 3600000}})",
                               {},
                               {write("a"), advance(std::chrono::hours(1)), write("b")},
                               {advance(std::chrono::hours(1)), write("c"), advance(std::chrono::hours(2))},
                               {advance(std::chrono::hours(1)), write("d")}},
                      Scenario{
                          "DatedFilesInFolders",
                          R"({"path": "day-%d/%H/out", "time": "event", "open_files": 2})",
                          {{"day-01/00/out", "old\n"}},
                          {write("a", 0), write("b", kHour), write("c", 2 * kHour), write("d", 0)},
                          {write("e", 30 * kHour), write("f", 0), write("g", kHour), write("h", 2 * kHour)},
                          {write("i", 3 * kHour)}}),
    [](const auto& scenario) { return scenario.param.name; });

TEST(FileTransaction, WhatIsWrittenBetweenPrepareAndCommitBelongsToTheNextPeriod) {
  const support::TempDir dir;
  SinkRun run(dir, {{"path", "out"}});
  run.write("a");
  run.flush();
  run.prepare();
  run.write(kLong);
  run.save();
  run.commit();
  run.write("b");
  run.flush();
  run.recover();
  EXPECT_EQ(dir.read("out"), "a\n");
}

TEST(FileTransaction, ACleanEndLeavesNoJournal) {
  const support::TempDir dir;
  {
    SinkRun run(dir, {{"path", "out"}});
    run.write("a");
    run.flush();
    EXPECT_TRUE(has_journal(dir));
    run.checkpoint();
  }
  EXPECT_FALSE(has_journal(dir));
  EXPECT_EQ(dir.read("out"), "a\n");
}

TEST(FileTransaction, AFolderThatWasMovedIsRecoveredWhereItIs) {
  const support::TempDir dir;
  std::filesystem::create_directory(dir / "now");
  const auto options = [&](const char* folder) {
    return nlohmann::json({{"path", (dir / folder / "%Y" / "out").string()}}).dump();
  };
  std::string prepared;
  {
    Harness h(options("now"));
    h.work_in(WEIR_IN_TRANSACTIONS);
    h.clock().set(milliseconds(0));
    h.write({"decided"});
    h.flush();
    prepared = h.prepare(1);
    h.write({kLong});
  }
  std::filesystem::rename(dir / "now", dir / "then");
  Harness h(options("then"));
  h.work_in(WEIR_IN_TRANSACTIONS);
  h.recover({prepared});
  EXPECT_EQ(dir.read("then/1970/out"), "decided\n");
}

TEST(FileTransaction, SeveralTasksAreRefused) {
  const support::TempDir dir;
  Harness h(nlohmann::json({{"path", (dir / "out").string()}}).dump());
  EXPECT_EQ(h.refuses(WEIR_IN_TRANSACTIONS, 1), "");
  EXPECT_THAT(h.refuses(WEIR_IN_TRANSACTIONS, 2), ::testing::HasSubstr("expected tasks: 1"));
  h.work_in(WEIR_IN_TRANSACTIONS);
  h.as_task(0, 2);
  EXPECT_THROW(h.start(), testing::PluginError) << "tasks that make checkpoints of their own";
}

}  // namespace
}  // namespace weir::file
