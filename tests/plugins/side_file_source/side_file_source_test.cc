// SPDX-License-Identifier: Apache-2.0
#include "sources/side_file/side_file_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <weir/testing.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "lines/file_descriptor.h"
#include "support/start_error.h"
#include "support/temp_dir.h"

namespace weir::side_file {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Harness = testing::Harness<SideFileSource>;

constexpr const char* kFailed =
    R"({"weir":1,"value":"o1","key":"k","headers":[["h","v"]],"event_time":5,"origin":{"source":"ids","name":"t"},)"
    R"("stage":"lookup","port":"rejected","code":"40003","message":"invalid","attempts":2,)"
    R"("first_time":"2024-02-29T12:00:00.007Z","last_time":"2024-02-29T12:01:00.000Z"})"
    "\n";

struct SideFileTest : ::testing::Test {
  std::string options(const std::string& path, nlohmann::json more = nlohmann::json::object()) const {
    more["paths"] = (dir / path).string();
    return more.dump();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      all.push_back(entry.path().filename().string());
    }
    return all;
  }
  std::string start_error(const std::string& path) const {
    return support::start_error<SideFileSource>(options(path));
  }

  support::TempDir dir;
};

TEST_F(SideFileTest, AnEnvelopeComesBackAsTheRecordThatFailed) {
  dir.write("f", kFailed);
  Harness h(options("f"));
  h.poll_to_end();
  const auto records = h.out();
  ASSERT_EQ(records.size(), 1u);
  const auto& r = records[0];
  EXPECT_EQ(r.value, "o1");
  EXPECT_EQ(r.key, "k");
  EXPECT_THAT(r.headers, ElementsAre(std::pair<std::string, std::string>("h", "v")));
  EXPECT_EQ(r.event_time, 5);
  EXPECT_EQ(r.attempts, 2u) << "so that the next failure is the third attempt";
  EXPECT_EQ(r.first_time, 1'709'208'000'007);
  EXPECT_EQ(r.code, "40003");
  EXPECT_EQ(r.origin, dir / "f") << "it comes from the side file now";
  EXPECT_EQ(r.position, 1);
}

TEST_F(SideFileTest, OtherLinesAreValues) {
  dir.write("f", "o1\n\n{\"id\": \"o2\"}\no3");
  Harness h(options("f"));
  h.poll_to_end();
  const auto records = h.out();
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].value, "o1");
  EXPECT_EQ(records[0].attempts, 0u);
  EXPECT_EQ(records[1].value, "");
  EXPECT_EQ(records[2].value, "{\"id\": \"o2\"}");
  EXPECT_EQ(records[3].value, "o3");
}

TEST_F(SideFileTest, EnvelopesAndPlainLinesMayStandInOneFile) {
  dir.write("f", std::string("a\n") + kFailed + "b\n{\"weir\":1,\"value\":null}\n");
  Harness h(options("f"));
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("a", "o1", "b", "(none)"));
}

TEST_F(SideFileTest, ABrokenEnvelopeGoesToTheErrorPort) {
  dir.write("f", std::string(kFailed) + "{\"weir\":1,\"val");
  Harness h(options("f"));
  h.poll_to_end();
  EXPECT_EQ(h.out().size(), 1u);
  const auto errors = h.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "bad_envelope");
  EXPECT_EQ(errors[0].value, "{\"weir\":1,\"val");
  EXPECT_THAT(errors[0].message, HasSubstr("line 2 of '"));
}

TEST_F(SideFileTest, RecordsTriedTooOftenLeaveByTheirOwnPort) {
  dir.write("f", std::string(kFailed) + "plain\n");
  for (const auto& [most, out, exhausted] : {std::tuple{0, 2u, 0u}, {2, 1u, 1u}, {3, 2u, 0u}}) {
    Harness h(options("f", {{"max_attempts", most}, {"dry_run", true}}));
    h.poll_to_end();
    EXPECT_EQ(h.out().size(), out) << most;
    const auto gone = h.out("exhausted");
    EXPECT_EQ(gone.size(), exhausted) << most;
    for (const auto& item : gone) EXPECT_EQ(item.code, "40003") << "the reason stays";
  }
}

TEST_F(SideFileTest, AFileIsRenamedAtTheStartAndWhenAllIsDelivered) {
  dir.write("f", "a\nb\n");
  Harness h(options("f"));
  h.start();
  EXPECT_THAT(names(), ElementsAre("f.replaying"));
  h.poll_to_end();
  h.commit({{dir / "f", -1, 2}});
  EXPECT_THAT(names(), ElementsAre("f.replaying")) << "the second record is still on its way";
  h.commit({{dir / "f", -1, 3}});
  EXPECT_THAT(names(), ElementsAre("f.replayed"));
  EXPECT_EQ(dir.read("f.replayed"), "a\nb\n");
}

TEST_F(SideFileTest, ACommitBeforeTheEndIsFoundCountsToo) {
  dir.write("f", "a\n");
  Harness h(options("f"));
  h.poll();
  h.commit({{dir / "f", -1, 2}});
  h.poll_to_end();
  EXPECT_THAT(names(), ElementsAre("f.replayed"));
}

TEST_F(SideFileTest, AnEmptyFileIsFinishedAtItsEnd) {
  dir.write("f", "");
  Harness h(options("f"));
  h.poll_to_end();
  EXPECT_THAT(names(), ElementsAre("f.replayed"));
}

TEST_F(SideFileTest, NothingIsOverwritten) {
  dir.write("f", "new\n");
  dir.write("f.replayed", "old\n");
  Harness h(options("f"));
  h.poll_to_end();
  h.commit({{dir / "f", -1, 2}});
  EXPECT_EQ(dir.read("f.replayed"), "old\n");
  EXPECT_EQ(dir.read("f.replayed.1"), "new\n");
}

TEST_F(SideFileTest, AKilledReplayStartsAgainWithTheSameFiles) {
  dir.write("f.ndjson", "a\nb\n");
  for (const char* from : {"f.ndjson", "*.ndjson", "f*"}) {
    Harness killed(options(from));
    killed.poll_to_end();
    EXPECT_THAT(killed.values(), ElementsAre("a", "b"));
    EXPECT_THAT(names(), ElementsAre("f.ndjson.replaying"));
  }
  Harness h(options("*.ndjson"));
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("a", "b"));
  h.commit({{dir / "f.ndjson", -1, 3}});
  EXPECT_THAT(names(), ElementsAre("f.ndjson.replayed"));
}

TEST_F(SideFileTest, WhatAKilledReplayLeftIsReadBeforeWhatWasWrittenSince) {
  dir.write("f.replaying", "old\n");
  dir.write("f", "new\n");
  Harness h(options("f"));
  h.poll_to_end();
  const auto records = h.out();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].value, "old");
  EXPECT_EQ(records[1].value, "new");
  EXPECT_NE(records[0].partition, records[1].partition) << "each file has positions of its own";
  h.commit({{dir / "f", records[1].partition, 2}});
  EXPECT_THAT(names(), UnorderedElementsAre("f.replaying", "f.replayed"));
  EXPECT_EQ(dir.read("f.replayed"), "new\n");
  h.commit({{dir / "f", records[0].partition, 2}});
  EXPECT_THAT(names(), UnorderedElementsAre("f.replayed", "f.replayed.1"));
}

TEST_F(SideFileTest, APatternPassesOverFilesThatAreDoneWith) {
  dir.write("f", "a\n");
  for (const char* done : {"f.replayed", "f.replayed.1", "f.exhausted", "f.exhausted.1",
                           "f.exhausted.replaying", "f.exhausted.replayed", "f.replayed.replaying"}) {
    dir.write(done, "old\n");
  }
  Harness h(options("f*"));
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("a"));
}

TEST_F(SideFileTest, AFileThatIsDoneWithCanBeNamedOutright) {
  for (const char* name : {"f.replayed", "f.exhausted"}) {
    dir.write(name, std::string(name) + "\n");
    Harness h(options(name));
    h.poll_to_end();
    EXPECT_THAT(h.values(), ElementsAre(name));
  }
}

TEST_F(SideFileTest, APatternThatOnlyMeansFilesThatAreDoneWithSaysHowToReadThem) {
  dir.write("f.exhausted", "old\n");
  EXPECT_THAT(start_error("*.exhausted"),
              AllOf(HasSubstr("no side file matches"), HasSubstr("must be named outright")));
}

TEST_F(SideFileTest, ADryRunRenamesNothing) {
  dir.write("f", "new\n");
  dir.write("f.replaying", "old\n");
  Harness h(options("f", {{"dry_run", true}}));
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("old", "new"));
  h.commit({{dir / "f", -1, 2}, {dir / "f", 1, 2}});
  EXPECT_THAT(names(), UnorderedElementsAre("f", "f.replaying"));
}

TEST_F(SideFileTest, TheTakeOverWaitsForAWriterInTheMiddleOfABatch) {
  const auto path = dir.write("f", "a\n");
  FileDescriptor writer(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  ASSERT_EQ(::flock(writer.get(), LOCK_EX), 0);
  Harness h(options("f"));
  auto started = std::async(std::launch::async, [&] { h.start(); });
  ASSERT_EQ(::write(writer.get(), "b\n", 2), 2);
  EXPECT_TRUE(std::filesystem::exists(path)) << "its name stays as long as the writer holds the lock";
  ASSERT_EQ(::flock(writer.get(), LOCK_UN), 0);
  started.get();
  ASSERT_EQ(::flock(writer.get(), LOCK_EX | LOCK_NB), 0) << "a writer must not wait for the end of a replay";
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("a", "b"));
}

TEST_F(SideFileTest, TwoReplaysDoNotReadTheSameFile) {
  dir.write("f", "a\n");
  Harness first(options("f"));
  first.start();
  EXPECT_THAT(start_error("f"), HasSubstr("another replay is reading"));
  first.poll_to_end();
  first.commit({{dir / "f", -1, 2}});
  EXPECT_THAT(names(), ElementsAre("f.replayed"));
}

TEST_F(SideFileTest, WhatIsMissingIsAnErrorAtTheStart) {
  EXPECT_THAT(start_error("missing"), HasSubstr("No such file or directory"));
  EXPECT_THAT(start_error("*.none"), HasSubstr("no side file matches"));
  std::filesystem::create_directory(dir / "folder");
  EXPECT_THAT(start_error("folder"), HasSubstr("it is a folder"));
}

TEST_F(SideFileTest, TasksDivideTheFiles) {
  for (const char* name : {"a.f", "b.f", "c.f"}) dir.write(name, std::string(name) + "\n");
  std::vector<std::string> all;
  for (std::uint32_t task = 0; task < 2; ++task) {
    Harness h(options("*.f", {{"dry_run", true}}));
    h.as_task(task, 2);
    h.poll_to_end();
    for (auto& value : h.values()) all.push_back(value);
  }
  EXPECT_THAT(all, ElementsAre("a.f", "c.f", "b.f"));
}

}  // namespace
}  // namespace weir::side_file
