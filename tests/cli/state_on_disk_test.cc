// SPDX-License-Identifier: Apache-2.0
//
// State in RocksDB: over restarts, shown and exported, to memory and back, damaged, and where it is refused.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "etl_run.h"

namespace weir::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class StateOnDisk : public EtlRun {
 protected:
  /// Passes the first line of each key on, whatever run it comes in.
  void write_pipeline(const std::string& rest = "state: rocksdb\n", const std::string& every = "5s") {
    dir_.write("p.yaml", rest + "pipeline: once\ncheckpoint: {store: store, every: " + every +
                             "}\n"
                             "sources: {in: {plugin: file, path: '*.txt'}}\n"
                             "processes:\n  first: {plugin: dedupe, from: in, key: id, within: 1h}\n"
                             "discard: [first.duplicate]\n"
                             "sinks: {out: {plugin: file, from: first, path: out.ndjson}}\n");
  }
  /// One more file with lines of these ids.
  void add(const std::vector<std::string>& ids) {
    std::string lines;
    for (const auto& id : ids) lines += "{\"id\": \"" + id + "\"}\n";
    dir_.write(std::to_string(++files_) + ".txt", lines);
  }
  /// The same; runs to the end.
  std::string run(const std::vector<std::string>& ids) {
    add(ids);
    const auto done = etl_run({"p.yaml"});
    EXPECT_EQ(done.status.code, 0) << done.err;
    return done.err;
  }
  std::string passed() const {
    std::string all;
    for (const auto& line : lines_of("out.ndjson")) all += line.substr(8, 1);
    return all;
  }
  std::vector<std::string> names_in(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir_ / folder))
      names.push_back(entry.path().filename().string());
    return names;
  }
  /// The largest file of the newest checkpoint's state.
  fs::path newest_table() const {
    std::string newest;
    for (const auto& name : names_in("store")) {
      if (name.ends_with(".state") && name > newest) newest = name;
    }
    for (const auto& entry : fs::recursive_directory_iterator(dir_ / "store" / newest)) {
      if (entry.path().extension() == ".sst") return entry.path();
    }
    return {};
  }

  int files_ = 0;
};

TEST_F(StateOnDisk, GoesOnInTheNextRun) {
  write_pipeline();
  run({"a", "b"});
  run({"a", "c"});
  EXPECT_EQ(passed(), "abc");
  EXPECT_THAT(names_in("store"), Not(Contains(HasSubstr(".working-"))));
  dir_.write("store/once.working-left/in-use", "");
  write_pipeline("tasks: 3\nstate: {kind: rocksdb, memory: 8MiB, path: elsewhere}\n");
  run({"b", "c", "d"});
  write_pipeline("tasks: 2\nstate: rocksdb\n");
  run({"a", "b", "c", "d", "e"});
  EXPECT_EQ(passed(), "abcde");
  EXPECT_THAT(names_in("store"), Not(Contains(HasSubstr(".working-"))))
      << "what a killed run has left is gone";
  EXPECT_THAT(names_in("elsewhere"), ElementsAre());
}

TEST_F(StateOnDisk, GoesOnInMemoryAndTheOtherWayRound) {
  write_pipeline("");
  run({"a"});
  write_pipeline();
  run({"a", "b"});
  write_pipeline("tasks: 2\n");
  run({"a", "b", "c"});
  EXPECT_EQ(passed(), "abc");
}

TEST_F(StateOnDisk, IsShownAndMovesAsLines) {
  write_pipeline();
  run({"a", "b"});
  const auto shown = etl_run({"state", "p.yaml"});
  EXPECT_EQ(shown.status.code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(StartsWith("checkpoint 1, "), HasSubstr("2 entries in ")));
  EXPECT_EQ(etl_run({"state", "p.yaml", "--export", "lines"}).status.code, 0);
  fs::remove_all(dir_ / "store");
  dir_.write(std::to_string(++files_) + ".txt", "{\"id\": \"a\"}\n{\"id\": \"c\"}\n");
  const auto done = etl_run({"p.yaml", "--begin-with", "lines"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_EQ(passed(), "abc");
}

TEST_F(StateOnDisk, ThatIsDamagedIsNamedAndTheOneBeforeIsUsed) {
  write_pipeline();
  run({"a"});
  run({"b"});
  const fs::path table = newest_table();
  ASSERT_FALSE(table.empty());
  std::string bytes = dir_.read(table);
  bytes[bytes.size() / 2] ^= 1;
  fs::remove(table);  // others may be links to it
  dir_.write(table, bytes);
  EXPECT_THAT(run({"a", "c"}), AllOf(HasSubstr(table.filename().string() + " is damaged"),
                                     HasSubstr("the one before is used")));
  EXPECT_EQ(passed(), "abbc") << "b is read again, and a is known";
}

#ifdef WEIR_FAIL_POINTS
TEST_F(StateOnDisk, IsThatOfTheLastCheckpointWhenARunIsKilledBeforeTheNextStands) {
  write_pipeline("state: rocksdb\n", "1ms");
  run({"a"});
  std::string expected = "a";
  for (const std::string point :
       {"store.linked", "store.synced", "meeting.save", "checkpoint.create", "checkpoint.synced"}) {
    const std::string id(1, static_cast<char>(expected.back() + 1));
    expected += id;
    add({"a", id});
    EXPECT_EQ(etl_run({"p.yaml"}, {{"WEIR_FAIL_AT", point + ":1"}}).status.signal, SIGKILL) << point;
  }
  run({"a"});
  const std::string all = passed();
  for (const char id : expected) EXPECT_THAT(all, HasSubstr(std::string(1, id)));
  EXPECT_EQ(std::count(all.begin(), all.end(), 'a'), 1) << "it is known from the first run on";
  const auto names = names_in("store");
  for (const auto& name : names) {
    if (!name.ends_with(".state")) continue;
    EXPECT_THAT(names, Contains(name.substr(0, name.rfind(".state")))) << "nothing was left behind";
  }
}
#endif

TEST_F(StateOnDisk, NeedsAFolder) {
  dir_.write("q.yaml",
             "state: rocksdb\ncheckpoint: {store: none}\nsources: {in: {plugin: file, path: '*.txt'}}\n"
             "processes: {first: {plugin: dedupe, from: in, key: id, within: 1h}}\n"
             "discard: [first.duplicate]\nsinks: {out: {plugin: file, from: first, path: out}}\n");
  const auto done = etl_run({"check", "q.yaml"});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.err, HasSubstr("q.yaml:1:1: state: rocksdb needs a folder; expected checkpoint: {store: "
                                  "FOLDER}, or without checkpoints state: {kind: rocksdb, path: FOLDER}"));
}

TEST_F(StateOnDisk, AFolderThatCannotBeMadeStopsTheStart) {
  write_pipeline("state: {kind: rocksdb, path: 1.txt/state}\n");
  dir_.write("1.txt", "{\"id\": \"a\"}\n");
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, HasSubstr("cannot make a folder in 1.txt/state: "));
}

}  // namespace
}  // namespace weir::test
