// SPDX-License-Identifier: Apache-2.0
#include "wechat_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "standins/made_ids.h"
#include "support/unique_name.h"
#include "support/wait_until.h"

namespace weir::pipelines {

using support::ChildProcess;
using support::Completed;
using support::kLongWait;
using support::wait_until;
using ::testing::HasSubstr;
using ::testing::Not;

std::string production_pipeline() {
  return std::string(WEIR_PIPELINES) + "/wechat_users.yaml";
}

std::string test_pipeline(const std::string& name) {
  return std::string(WEIR_TEST_PIPELINES) + "/" + name;
}

WechatJob::WechatJob(Parts parts, OwnServers own)
    : topic(support::unique_name("wechat_ids_")), group(support::unique_name("wechat_users_")) {
  if (parts == Parts::kStandIns) {
    mock_ = std::make_unique<standins::MockKafka>();
    mock_->create_topic(topic, kPartitions);
    kafka_ = &mock_cluster_.emplace(mock_->bootstrap());
    database_ = std::make_unique<SqliteDatabase>();
    return;
  }
  kafka_ = own.broker != nullptr ? own.broker : &support::KafkaBroker::shared();
  kafka_->create_topic(topic, kPartitions);
  database_ = std::make_unique<MariaDbDatabase>(own.mariadb != nullptr ? *own.mariadb
                                                                       : support::MariaDbServer::shared());
}

void WechatJob::produce(const std::vector<std::string>& lines) {
  std::vector<support::KafkaRecord> records;
  records.reserve(lines.size());
  for (const auto& line : lines) {
    records.push_back({.value = line, .partition = static_cast<std::int32_t>(records.size() % kPartitions)});
  }
  kafka_->produce(topic, records);
  lines_.insert(lines_.end(), lines.begin(), lines.end());
  expected_ = Expected::of(lines_);
}

void WechatJob::produce_by_kcat(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  support::TempDir input;
  const auto file = input.write("lines", text);
  const auto done = support::run({"kcat", "-P", "-b", kafka_->bootstrap(), "-t", topic, "-l", file.string()});
  ASSERT_TRUE(done.status.ok()) << done.err;
  lines_.insert(lines_.end(), lines.begin(), lines.end());
  expected_ = Expected::of(lines_);
}

void WechatJob::produce_made(std::uint64_t count, std::uint64_t seed) {
  produce(standins::make_ids(count, seed).lines);
}

std::unique_ptr<ChildProcess> WechatJob::start(const Environment& more, std::vector<std::string> arguments) {
  Environment environment{{"KAFKA_BROKERS", kafka_->bootstrap()},
                          {"KAFKA_TOPIC", topic},
                          {"KAFKA_GROUP", group},
                          {"WX_URL", api.url()},
                          {"WX_APP_ID", "wx-standin"},
                          {"WX_SECRET", "standin-secret"},
                          {"DB_URL", database_->url()},
                          {"SIDE_FOLDER", side_folder().string()},
                          {"STOP_AT_END", "true"}};
  for (const auto& [name, value] : more) environment[name] = value;
  if (arguments.empty()) arguments.push_back(pipeline);
  arguments.insert(arguments.begin(), WEIR_ETL_RUN);
  return std::make_unique<ChildProcess>(std::move(arguments),
                                        support::ChildOptions{.environment = std::move(environment)});
}

Completed WechatJob::run(const Environment& more, std::vector<std::string> arguments) {
  const auto process = start(more, std::move(arguments));
  const auto status = process->wait();
  if (!status) {
    ADD_FAILURE() << "etl-run still runs after a minute; it has printed\n" << process->err();
    process->kill();
  }
  return {status.value_or(support::ExitStatus{.signal = SIGKILL}), process->out(), process->err()};
}

std::vector<std::string> WechatJob::replay_arguments() const {
  return {"replay", pipeline, "--from",  (side_folder() / "wexinId.*.ndjson").string(),
          "--into", "lookup", "--batch", "10"};
}

bool WechatJob::complete() {
  return side_lines().size() >= expected_.side() && database_->count() >= expected_.rows.size();
}

void WechatJob::finish(ChildProcess& process) {
  EXPECT_TRUE(wait_until(kLongWait, [&] { return complete() || !process.running(); }))
      << database_->count() << " rows and " << side_lines().size() << " side lines of "
      << expected_.rows.size() << " and " << expected_.side() << "\n"
      << process.err();
  process.signal(SIGTERM);
  const auto status = process.wait();
  ASSERT_TRUE(status) << "it does not stop\n" << process.err();
  EXPECT_TRUE(status->ok()) << to_string(*status) << "\n" << process.err();
}

void WechatJob::expect_rows() {
  const auto users = database_->users();
  EXPECT_EQ(users.size(), expected_.rows.size());
  std::size_t told = 0;
  for (const auto& [id, nickname] : expected_.rows) {
    const auto found = users.find(id);
    if (found != users.end() && found->second == nickname) continue;
    ADD_FAILURE() << id << (found == users.end() ? " is missing" : " has the nickname " + found->second);
    if (++told == 10) return;
  }
}

void WechatJob::expect_side_lines(bool repeated) {
  std::multiset<std::string> broken, refused;
  for (const auto& line : side_lines()) {
    if (line.stage == "parse") {
      EXPECT_EQ(line.port, "invalid");
      EXPECT_FALSE(line.code.empty());
      broken.insert(line.value);
    } else {
      EXPECT_EQ(line.stage + "." + line.port + " " + line.code, "lookup.rejected 40003") << line.message;
      refused.insert(openid_of(line.value));
    }
  }
  if (repeated) {
    const auto distinct = [](const auto& all) { return std::set<std::string>(all.begin(), all.end()); };
    EXPECT_EQ(distinct(broken), distinct(expected_.broken));
    EXPECT_EQ(distinct(refused), distinct(expected_.refused));
  } else {
    EXPECT_EQ(broken, expected_.broken);
    EXPECT_EQ(refused, expected_.refused);
  }
}

std::map<std::int32_t, std::int64_t> WechatJob::ends() const {
  std::map<std::int32_t, std::int64_t> ends;
  for (std::int32_t p = 0; p < kPartitions; ++p) ends[p] = 0;
  for (const auto& record : kafka_->consume_all(topic, lines_.size())) {
    ends[*record.partition] = std::max(ends[*record.partition], record.offset + 1);
  }
  return ends;
}

void WechatJob::expect_all_committed() {
  for (const auto& [partition, end] : ends()) {
    if (end == 0) continue;
    EXPECT_EQ(kafka_->committed(group, topic, partition), end) << "partition " << partition;
  }
}

void WechatJob::expect_none_committed() {
  for (std::int32_t p = 0; p < kPartitions; ++p) {
    EXPECT_EQ(kafka_->committed(group, topic, p), std::nullopt) << "partition " << p;
  }
}

void WechatJob::expect_exact_account() {
  expect_rows();
  expect_side_lines();
  expect_all_committed();
}

void WechatJob::expect_closing_table(const std::string& printed) const {
  std::string line = printed.substr(std::min(printed.rfind("account: "), printed.size()));
  std::erase(line, ',');  // between thousands, and between parts
  const auto text = [](std::uint64_t n) { return std::to_string(n); };
  const std::uint64_t rows = expected_.rows.size();
  std::string discarded;
  if (expected_.blank != 0) discarded += " not_blank.unmatched " + text(expected_.blank);
  if (expected_.not_following != 0) discarded += " lookup.not_following " + text(expected_.not_following);
  if (!discarded.empty()) {
    discarded =
        " + discarded " + text(expected_.blank + expected_.not_following) + " (" + discarded.substr(1) + ")";
  }
  EXPECT_EQ(line, "account: read " + text(lines_.size()) + " = written " + text(rows + expected_.side()) +
                      " (users " + text(rows) + " failed_ids " + text(expected_.side()) + ")" + discarded +
                      "\n");
}

void WechatJob::expect_no_secret(const Completed& done) const {
  for (const char* const secret : {"weir-secret", "wrong-secret", "standin-secret", "access_token="}) {
    EXPECT_THAT(done.out + done.err, Not(HasSubstr(secret)));
  }
}

}  // namespace weir::pipelines
