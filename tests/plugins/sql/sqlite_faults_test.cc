// SPDX-License-Identifier: Apache-2.0
#include "sql_sink.h"
#include "support/sqlite_file.h"

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/small_disk.h"
#include "support/temp_dir.h"
#include "support/wait_until.h"

namespace weir::sql {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Row = std::vector<std::string>;
using Harness = weir::testing::Harness<SqlSink>;
using weir::testing::PluginError;

std::unique_ptr<Harness> sink(const std::string& path,
                              const nlohmann::json& options = nlohmann::json::object()) {
  nlohmann::json all = {{"url", "sqlite:" + path}, {"table", "users"}, {"key", {"id"}}};
  all.update(options);
  return std::make_unique<Harness>(all.dump());
}

std::string stop_of(Harness& h) {
  try {
    h.start();
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    return e.what();
  }
  return "it started";
}

TEST(SqliteFaults, AFolderThatIsNotThereStopsTheStart) {
  const support::TempDir dir;
  auto s = sink((dir / "no/such/folder.db").string());
  EXPECT_THAT(stop_of(*s), AllOf(HasSubstr("unable to open"), HasSubstr("folder must be there")));
}

TEST(SqliteFaults, AFileThatIsNoDatabaseStopsTheStart) {
  const support::TempDir dir;
  auto s = sink(dir.write("text.db", std::string(5000, 'x')).string());
  EXPECT_THAT(stop_of(*s), HasSubstr("not a database"));
}

TEST(SqliteFaults, AKeyWithoutAUniqueIndexStopsThePipeline) {
  const support::TempDir dir;
  support::SqliteFile db(dir / "a.db");
  db.query("CREATE TABLE users (id TEXT)");
  auto s = sink((dir / "a.db").string());
  try {
    s->write({R"({"id":"a"})"});
    FAIL() << "it wrote";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_THAT(e.what(), HasSubstr("give the table a primary key or a unique index"));
  }
}

TEST(SqliteFaults, ALockedDatabaseIsWaitedFor) {
  const support::TempDir dir;
  support::SqliteFile db(dir / "a.db");
  db.query("CREATE TABLE users (id TEXT PRIMARY KEY); BEGIN IMMEDIATE");
  auto s = sink((dir / "a.db").string());
  std::thread write([&] { s->write({R"({"id":"a"})", R"({"id":"b"})"}); });
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return s->counter("retries") >= 3; }));
  db.query("COMMIT");
  write.join();
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(db.query("SELECT id FROM users ORDER BY id"), ElementsAre(Row{"a"}, Row{"b"}));
  EXPECT_THAT(s->log_lines(), ElementsAre(HasSubstr("no records are taken until"), HasSubstr("works again")));
}

TEST(SqliteFaults, AnAbortWhileTheDatabaseIsLockedStopsAndWritesNothing) {
  const support::TempDir dir;
  support::SqliteFile db(dir / "a.db");
  db.query("CREATE TABLE users (id TEXT PRIMARY KEY); BEGIN IMMEDIATE");
  auto s = sink((dir / "a.db").string());
  std::string code;
  std::thread write([&] {
    try {
      s->write({R"({"id":"a"})"});
    } catch (const PluginError& e) {
      code = e.code;
    }
  });
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return s->counter("retries") >= 1; }));
  s->abort();
  write.join();
  EXPECT_EQ(code, "interrupted");
  db.query("COMMIT");
  EXPECT_THAT(db.query("SELECT id FROM users"), IsEmpty());
}

TEST(SqliteFaults, AFullDiskIsWaitedForUntilThereIsRoom) {
  WEIR_REQUIRE_SMALL_DISK();
  const support::TempDir dir;
  const support::SmallDisk disk(dir.path(), "size=1m");
  support::SqliteFile db(dir / "a.db");
  db.query("CREATE TABLE users (id INTEGER PRIMARY KEY, t TEXT)");
  const auto filler = dir.write("filler", std::string(800'000, 'x'));
  auto s = sink((dir / "a.db").string());
  std::vector<weir::testing::Item> items;
  for (int i = 0; i < 800; ++i) {
    items.emplace_back(R"({"id":)" + std::to_string(i) + R"(,"t":")" + std::string(500, 'x') + R"("})");
  }
  std::thread write([&] { s->write(items); });
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return s->counter("retries") >= 3; }));
  std::filesystem::remove(filler);
  write.join();
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(db.query("SELECT count(*) FROM users"), ElementsAre(Row{"800"}));
  EXPECT_THAT(s->log_lines(), ElementsAre(HasSubstr("disk is full"), HasSubstr("works again")));
}

}  // namespace
}  // namespace weir::sql
