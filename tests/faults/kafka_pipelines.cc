// SPDX-License-Identifier: Apache-2.0
//
// From a topic to topics, files and tables, on a broker of its own.
#include <cstdlib>
#include <optional>
#include <utility>

#include "lines.h"
#include "pipeline.h"
#include "support/kafka_broker.h"
#include "support/mariadb_server.h"

namespace weir::faults {
namespace {

constexpr int kPartitions = 3;

bool is_even(std::int64_t n) {
  return n % 2 == 0;
}
bool is_odd(std::int64_t n) {
  return n % 2 != 0;
}

std::string record_of(std::int64_t n) {
  return std::string(kNumber) + std::to_string(n) + ",\"even\":" + (is_even(n) ? "true" : "false") + "}";
}

/// What they have in common: records are those of the topic `in`.
class FromTopic : public Pipeline {
 public:
  FromTopic(std::string name, Delivery delivery) : name_(std::move(name)), delivery_(delivery) {}

  std::string name() const override { return name_; }
  Delivery delivery() const override { return delivery_; }
  std::optional<std::string> why_unavailable() const override {
    return support::KafkaBroker::why_unavailable();
  }
  void prepare(const std::filesystem::path& folder) override {
    folder_ = folder;
    broker_.emplace();
    broker_->start();
    for (const auto* topic : {"in", "even", "odd"}) broker_->create_topic(topic, kPartitions);
  }
  std::map<std::string, std::string> environment() const override {
    return {{"BROKERS", broker_->bootstrap()}};
  }
  std::int64_t records_a_round() const override { return 5'000; }
  void add_input(std::int64_t from, std::int64_t to) override {
    std::vector<support::KafkaRecord> records;
    for (auto n = from; n < to; ++n) {
      records.push_back({.value = record_of(n), .partition = static_cast<std::int32_t>(n % kPartitions)});
    }
    broker_->produce("in", records);
  }
  std::vector<Outage> outages() override { return {killed("broker killed", *broker_)}; }

 protected:
  static constexpr const char* kSource = R"(
sources:
  lines:
    plugin: kafka
    brokers: "${BROKERS}"
    topic: in
    group: faults
    stop_at_end: true
)";

  /// What a reader sees who sees nothing of a transaction before it is committed.
  void read_topic(const std::string& topic, Account& account, const Belongs& belongs) const {
    for (const auto& record : broker_->consume_all(topic))
      read_line(record.value.value_or(""), "the topic " + topic, account, record_of, belongs);
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  const std::string name_;
  const Delivery delivery_;
  std::filesystem::path folder_;
  std::optional<support::KafkaBroker> broker_;
};

/// Two ports to two topics.
class Topics final : public FromTopic {
 public:
  Topics() : FromTopic("topics", Delivery::kAtLeastOnce) {}

  std::string yaml() const override {
    return "pipeline: topics\n" + delivery_yaml(delivery(), "20ms") + kSource + R"(
processes:
  even: {plugin: filter, from: lines, where: {field: even, equals: true}}
sinks:
  evens: {plugin: kafka, from: even, brokers: "${BROKERS}", topic: even}
  odds: {plugin: kafka, from: even.unmatched, brokers: "${BROKERS}", topic: odd}
)";
  }
  void read_outputs(Account& account) override {
    read_topic("even", account, is_even);
    read_topic("odd", account, is_odd);
  }
};

/// The topic's transaction decides for the files too.
class TopicAndFileOnce final : public FromTopic {
 public:
  TopicAndFileOnce() : FromTopic("topics-once", Delivery::kExactlyOnce) {}

  std::vector<std::string> point_groups() const override {
    return {"job.", "meeting.", "task.", "file.", "journal."};
  }

  std::string yaml() const override {
    return "pipeline: topics\n" + delivery_yaml(delivery(), "20ms", "") + kSource + R"(
processes:
  even: {plugin: filter, from: lines, where: {field: even, equals: true}}
sinks:
  evens: {plugin: kafka, from: even, brokers: "${BROKERS}", topic: even}
  odds: {plugin: file, from: even.unmatched, path: disk/out/odd.txt, rotate: {size: 50KiB}}
)";
  }
  void read_outputs(Account& account) override {
    read_topic("even", account, is_even);
    read_files(folder() / "disk" / "out", "odd", account, record_of, is_odd);
  }
};

/// To a table without a unique key; with exactly once, the table's database decides.
class TopicToTable final : public FromTopic {
 public:
  using FromTopic::FromTopic;

  std::optional<std::string> why_unavailable() const override {
    const auto reason = FromTopic::why_unavailable();
    return reason ? reason : support::MariaDbServer::why_unavailable();
  }
  void prepare(const std::filesystem::path& folder) override {
    FromTopic::prepare(folder);
    database_.emplace();
    database_->start();
    database_->execute("CREATE TABLE record (n BIGINT NOT NULL, even BOOLEAN NOT NULL) ENGINE=InnoDB");
  }
  std::string yaml() const override {
    return "pipeline: tabled\n" + delivery_yaml(delivery(), "20ms", "") + kSource + R"(
sinks:
  rows: {plugin: sql, from: lines, url: "${DB_URL}", table: record, mode: insert}
)";
  }
  std::map<std::string, std::string> environment() const override {
    auto environment = FromTopic::environment();
    environment["DB_URL"] = database_->url();
    return environment;
  }
  std::vector<std::string> point_groups() const override { return {"job.", "meeting.", "task."}; }
  std::int64_t records_a_round() const override { return 2'000; }
  std::vector<Outage> outages() override {
    auto all = FromTopic::outages();
    all.push_back(killed("database killed", *database_));
    return all;
  }
  void read_outputs(Account& account) override {
    for (const auto& row : database_->query("SELECT n, even FROM record")) {
      const std::int64_t n = std::atoll(row.at(0).c_str());
      if (row.at(1) != (is_even(n) ? "1" : "0")) {
        account.saw_foreign("row " + row.at(0) + " has " + row.at(1));
      } else {
        account.saw(n);
      }
    }
  }

 private:
  std::optional<support::MariaDbServer> database_;
};

}  // namespace

void add_kafka_pipelines(Pipelines& to) {
  to.push_back(std::make_unique<Topics>());
  to.push_back(std::make_unique<TopicAndFileOnce>());
  to.push_back(std::make_unique<TopicToTable>("topic-table", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<TopicToTable>("topic-table-once", Delivery::kExactlyOnce));
}

}  // namespace weir::faults
