// SPDX-License-Identifier: Apache-2.0
//
// What holds for transactions with every database. A backend makes a database of its own and has:
//
//     static std::optional<std::string> why_unavailable();
//     std::string url() const;
//     Rows query(const std::string& sql);     // beside the sink
#pragma once

#include "sql_sink.h"

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/require_real.h"

namespace weir::sql::test {

using Harness = weir::testing::Harness<SqlSink>;
using weir::testing::Item;
using weir::testing::PluginError;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::uint32_t kBoth = WEIR_IN_TRANSACTIONS | WEIR_KEEPS_CHECKPOINTS;

/// The records {"id": from} to {"id": until - 1}.
inline std::vector<Item> records(int from, int until) {
  std::vector<Item> items;
  for (int i = from; i < until; ++i) items.emplace_back(R"({"id":)" + std::to_string(i) + "}");
  return items;
}

/// The code and the text with which `call` stops the pipeline.
template <class Call>
std::string stop_of(Call&& call) {
  try {
    call();
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    return e.code + ": " + e.what();
  }
  return "it went on";
}

template <class Backend>
class TransactionFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_REAL("real server", Backend::why_unavailable());
    backend_ = std::make_unique<Backend>();
  }

  std::unique_ptr<Harness> sink(std::uint32_t how, const nlohmann::json& options = nlohmann::json::object()) {
    nlohmann::json all = {{"url", backend_->url()}, {"table", "users"}, {"mode", "insert"}};
    all.update(options);
    auto made = std::make_unique<Harness>(all.dump());
    made->work_in(how);
    return made;
  }
  Rows query(const std::string& sql) { return backend_->query(sql); }
  std::string count() { return query("SELECT count(*) FROM users").at(0).at(0); }
  /// How many rows there are, and how many different ones.
  std::string counts() {
    const auto row = query("SELECT count(*), count(DISTINCT id) FROM users").at(0);
    return row[0] + " " + row[1];
  }

  std::unique_ptr<Backend> backend_;
};

template <class Backend>
class TransactionRules : public TransactionFixture<Backend> {};
TYPED_TEST_SUITE_P(TransactionRules);

TYPED_TEST_P(TransactionRules, NothingIsVisibleBeforeTheCheckpointIsSaved) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(kBoth);
  EXPECT_TRUE(s->load().empty());
  s->write(records(0, 700));
  s->write(records(700, 1000));
  s->flush();
  EXPECT_EQ(this->count(), "0");
  s->save_checkpoint("task-0", 1, "1000");
  EXPECT_EQ(this->count(), "1000");
  EXPECT_TRUE(s->errors().empty());
  s->save_checkpoint("task-0", 2, "nothing new");
  EXPECT_EQ(s->load(), (std::map<std::string, std::string>{{"task-0", "nothing new"}}));
}

TYPED_TEST_P(TransactionRules, ACrashBetweenAnyTwoStepsLeavesEachRowOnce) {
  this->query("CREATE TABLE users (id INT)");
  for (int crash_at = 0; crash_at < 7; ++crash_at) {
    this->query("DELETE FROM users");
    auto s = this->sink(kBoth);
    s->load();
    s->recover({});
    s->save_checkpoint("task-0", 1, "0");
    const std::vector<std::function<void()>> steps = {[&] { s->write(records(0, 3)); },
                                                      [&] { s->write(records(3, 5)); },
                                                      [&] { s->flush(); },
                                                      [&] { s->save_checkpoint("task-0", 2, "5"); },
                                                      [&] { s->write(records(5, 8)); },
                                                      [&] { s->save_checkpoint("task-0", 3, "8"); }};
    for (int i = 0; i < crash_at; ++i) steps.at(static_cast<std::size_t>(i))();
    s.reset();
    s = this->sink(kBoth);
    const int from = std::stoi(s->load().at("task-0"));
    s->recover({});
    EXPECT_EQ(from, crash_at < 4 ? 0 : crash_at < 6 ? 5 : 8);
    EXPECT_EQ(this->count(), std::to_string(from));
    s->write(records(from, 10));
    s->save_checkpoint("task-0", 4, "10");
    EXPECT_EQ(this->counts(), "10 10") << "after step " << crash_at;
  }
}

TYPED_TEST_P(TransactionRules, AProcessThatWasThoughtDeadSavesNoMore) {
  this->query("CREATE TABLE users (id INT)");
  auto dead = this->sink(kBoth);
  dead->load();
  dead->write(records(0, 3));
  dead->save_checkpoint("task-0", 1, "3");
  auto other = this->sink(kBoth);
  EXPECT_EQ(other->load().at("task-0"), "3");
  EXPECT_THAT(stop_of([&] {
                dead->write(records(3, 6));
                dead->save_checkpoint("task-0", 2, "6");
              }),
              ::testing::HasSubstr("taken_over: "));
  other->write(records(3, 6));
  other->save_checkpoint("task-0", 2, "6");
  EXPECT_EQ(this->counts(), "6 6");
  EXPECT_THAT(stop_of([&] { dead->save_checkpoint("task-0", 7, "70"); }),
              ::testing::HasSubstr("another process has taken over"));
}

TYPED_TEST_P(TransactionRules, RefusedRowsLeaveByErrorAndTheRestStays) {
  this->query("CREATE TABLE users (id INT PRIMARY KEY, n INT NOT NULL CHECK (n < 100))");
  auto s = this->sink(kBoth);
  s->load();
  std::vector<Item> items;
  for (int i = 0; i < 300; ++i) {
    const std::string n = i % 50 == 7 ? "1000" : i % 50 == 8 ? "null" : "1";
    items.emplace_back(R"({"id":)" + std::to_string(i) + R"(,"n":)" + n + "}");
  }
  items.emplace_back("no JSON");
  s->write(items);
  EXPECT_EQ(s->errors().size(), 13u);
  s->write({R"({"id":0,"n":2})", R"({"id":1000,"n":2})"});
  EXPECT_EQ(s->errors().size(), 1u);
  s->write({R"({"id":1,"n":2})"});
  EXPECT_EQ(s->errors().size(), 1u);
  EXPECT_EQ(this->count(), "0");
  s->save_checkpoint("task-0", 1, "done");
  EXPECT_EQ(this->query("SELECT count(*), sum(n) FROM users"), (Rows{{"289", "290"}}));
}

TYPED_TEST_P(TransactionRules, ALargeCheckpointIsKeptInPartsAndADamagedOneIsNamed) {
  this->query("CREATE TABLE users (id INT)");
  std::string large(3'500'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * i >> 7);
  auto s = this->sink(kBoth);
  s->load();
  s->save_checkpoint("task-0", 1, large);
  s->save_checkpoint("task-1", 1, "");
  auto saved = s->load();
  EXPECT_TRUE(saved.at("task-0") == large);
  EXPECT_EQ(saved.at("task-1"), "");
  EXPECT_EQ(this->query("SELECT count(*), max(part) FROM weir_checkpoint WHERE name = 'task-0'"),
            (Rows{{"4", "3"}}));
  s->save_checkpoint("task-0", 2, large.substr(0, 1'500'000));
  EXPECT_TRUE(s->load().at("task-0") == large.substr(0, 1'500'000));
  this->query("DELETE FROM weir_checkpoint WHERE name = 'task-0' AND part = 1");
  EXPECT_THAT(
      stop_of([&] { s->load(); }),
      ::testing::HasSubstr("checkpoint 2 of 'task-0' in the table weir_checkpoint is damaged: part 2 of "
                           "2 is missing"));
}

TYPED_TEST_P(TransactionRules, WithoutTransactionsRowsCountAtOnceAndTheCheckpointIsKept) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(WEIR_KEEPS_CHECKPOINTS);
  s->load();
  s->write(records(0, 3));
  EXPECT_EQ(this->count(), "3");
  s->save_checkpoint("task-0", 1, "3");
  s->write(records(3, 4));
  EXPECT_EQ(this->count(), "4");
  auto other = this->sink(WEIR_KEEPS_CHECKPOINTS);
  EXPECT_EQ(other->load().at("task-0"), "3");
  EXPECT_THAT(stop_of([&] { s->save_checkpoint("task-0", 2, "4"); }), ::testing::HasSubstr("taken_over"));
}

REGISTER_TYPED_TEST_SUITE_P(TransactionRules, NothingIsVisibleBeforeTheCheckpointIsSaved,
                            ACrashBetweenAnyTwoStepsLeavesEachRowOnce, AProcessThatWasThoughtDeadSavesNoMore,
                            RefusedRowsLeaveByErrorAndTheRestStays,
                            ALargeCheckpointIsKeptInPartsAndADamagedOneIsNamed,
                            WithoutTransactionsRowsCountAtOnceAndTheCheckpointIsKept);

}  // namespace weir::sql::test
