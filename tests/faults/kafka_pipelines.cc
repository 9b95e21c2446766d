// SPDX-License-Identifier: Apache-2.0
//
// From a topic to topics, files and tables, on a broker of its own.
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "from_topic.h"
#include "lines.h"
#include "support/mariadb_server.h"

namespace weir::faults {
namespace {

bool is_even(std::int64_t n) {
  return n % 2 == 0;
}
bool is_odd(std::int64_t n) {
  return n % 2 != 0;
}

std::string record(std::int64_t n) {
  return std::string(kNumber) + std::to_string(n) + ",\"even\":" + (is_even(n) ? "true" : "false") + "}";
}

/// Two ports to two topics.
class Topics final : public FromTopic {
 public:
  Topics(std::string name, Members members) : FromTopic(std::move(name), Delivery::kAtLeastOnce, members) {}

  std::string yaml() const override {
    return "pipeline: topics\n" + delivery_yaml(delivery(), "20ms", in_a_group() ? "" : "disk/store") +
           source() + R"(
processes:
  even: {plugin: filter, from: lines, where: {field: even, equals: true}}
sinks:
  evens: {plugin: kafka, from: even, brokers: "${BROKERS}", topic: even}
  odds: {plugin: kafka, from: even.unmatched, brokers: "${BROKERS}", topic: odd}
)";
  }
  std::vector<std::string> point_groups() const override {
    auto groups = FromTopic::point_groups();
    if (!in_a_group()) groups.push_back("checkpoint.");
    return groups;
  }
  void read_outputs(Account& account) override {
    read_topic("even", account, is_even);
    read_topic("odd", account, is_odd);
  }

 private:
  std::string record_of(std::int64_t n) const override { return record(n); }
};

/// The same behind a state that goes with the partitions. Were it ever ahead of the position where a
/// partition is read on, a record that is read again would be taken for a duplicate, and be missing.
class TopicsOfPartitions final : public FromTopic {
 public:
  TopicsOfPartitions() : FromTopic("group-state", Delivery::kAtLeastOnce, Members::kSeveral) {}

  std::string yaml() const override {
    return "pipeline: state\ncheckpoint: {every: 20ms, store: disk/store, by: partition, partitioner: "
           "any}\n" +
           source() + R"(
processes:
  once: {plugin: dedupe, from: lines, key: n, within: 24h}
  even: {plugin: filter, from: once, where: {field: even, equals: true}}
sinks:
  evens: {plugin: kafka, from: even, brokers: "${BROKERS}", topic: even}
  odds: {plugin: kafka, from: even.unmatched, brokers: "${BROKERS}", topic: odd}
discard: [once.duplicate]
)";
  }
  std::vector<std::string> point_groups() const override {
    auto groups = FromTopic::point_groups();
    groups.push_back("checkpoint.");
    return groups;
  }
  void read_outputs(Account& account) override {
    read_topic("even", account, is_even);
    read_topic("odd", account, is_odd);
  }

 private:
  std::string record_of(std::int64_t n) const override { return record(n); }
};

/// The topic's transaction decides for the files too.
class TopicAndFileOnce final : public FromTopic {
 public:
  TopicAndFileOnce() : FromTopic("topics-once", Delivery::kExactlyOnce) {}

  std::vector<std::string> point_groups() const override {
    auto groups = FromTopic::point_groups();
    groups.insert(groups.end(), {"file.", "journal."});
    return groups;
  }

  std::string yaml() const override {
    return "pipeline: topics\n" + delivery_yaml(delivery(), "20ms", "") + source() + R"(
processes:
  even: {plugin: filter, from: lines, where: {field: even, equals: true}}
sinks:
  evens: {plugin: kafka, from: even, brokers: "${BROKERS}", topic: even}
  odds: {plugin: file, from: even.unmatched, path: disk/out/odd.txt, rotate: {size: 50KiB}}
)";
  }
  void read_outputs(Account& account) override {
    read_topic("even", account, is_even);
    read_files(folder() / "disk" / "out", "odd", account, record, is_odd);
  }

 private:
  std::string record_of(std::int64_t n) const override { return record(n); }
};

/// Keyed state that lasts for the whole run and is kept in the topic of checkpoints: with exactly once in the
/// transaction of what it was made of, which decides for the file too.
class DedupedTopics final : public FromTopic {
 public:
  using FromTopic::FromTopic;

  std::vector<std::string> point_groups() const override {
    auto groups = FromTopic::point_groups();
    if (delivery() == Delivery::kExactlyOnce) groups.insert(groups.end(), {"file.", "journal."});
    return groups;
  }
  std::string yaml() const override {
    return "pipeline: deduped\n" + delivery_yaml(delivery(), "20ms", "{sink: firsts}") + source() + R"(
processes:
  once: {plugin: dedupe, from: lines, key: key, within: 10000h}
sinks:
  firsts: {plugin: kafka, from: once, brokers: "${BROKERS}", topic: even}
  others: {plugin: file, from: once.duplicate, path: disk/out/other.txt}
)";
  }
  void read_outputs(Account& account) override {
    read_topic("even", account, has_new_key);
    read_files(folder() / "disk" / "out", "other", account, keyed_line, std::not_fn(has_new_key));
  }

 private:
  std::string record_of(std::int64_t n) const override { return keyed_line(n); }
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
    to_database_.emplace(network().host());
    to_database_->lead_to(database_->port());
    database_->execute("CREATE TABLE record (n BIGINT NOT NULL, even BOOLEAN NOT NULL)" + table_end(folder));
  }
  std::string yaml() const override {
    return "pipeline: tabled\n" + delivery_yaml(delivery(), "20ms", "") + source() + R"(
sinks:
  rows: {plugin: sql, from: lines, url: "${DB_URL}", table: record, mode: insert}
)";
  }
  std::map<std::string, std::string> environment() const override {
    auto environment = FromTopic::environment();
    environment["DB_URL"] = database_->url_by(to_database_->address());
    return environment;
  }
  std::int64_t records_a_round() const override { return 2'000; }
  std::vector<Outage> outages() override {
    auto all = FromTopic::outages();
    all.push_back(killed("database killed", *database_));
    for (auto& outage : network_outages("database", *to_database_)) all.push_back(std::move(outage));
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
  std::string record_of(std::int64_t n) const override { return record(n); }

  std::optional<support::MariaDbServer> database_;
  std::optional<support::TcpProxy> to_database_;
};

}  // namespace

void add_kafka_pipelines(Pipelines& to) {
  to.push_back(std::make_unique<Topics>("topics", FromTopic::Members::kOne));
  to.push_back(std::make_unique<TopicAndFileOnce>());
  to.push_back(std::make_unique<DedupedTopics>("deduped-topic", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<DedupedTopics>("deduped-topic-once", Delivery::kExactlyOnce));
  to.push_back(std::make_unique<TopicToTable>("topic-table", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<TopicToTable>("topic-table-once", Delivery::kExactlyOnce));
  to.push_back(std::make_unique<Topics>("group-topics", FromTopic::Members::kSeveral));
  to.push_back(std::make_unique<TopicsOfPartitions>());
  to.push_back(
      std::make_unique<TopicToTable>("group-table", Delivery::kAtLeastOnce, FromTopic::Members::kSeveral));
}

}  // namespace weir::faults
