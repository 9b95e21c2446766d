// SPDX-License-Identifier: Apache-2.0
#include "from_topic.h"

#include <utility>

namespace weir::faults {
namespace {

constexpr const char* kTopic = "in";
constexpr const char* kGroup = "faults";

}  // namespace

FromTopic::FromTopic(std::string name, Delivery delivery, Members members)
    : name_(std::move(name)), delivery_(delivery), members_(members) {}

std::optional<std::string> FromTopic::why_unavailable() const {
  return support::KafkaBroker::why_unavailable();
}

void FromTopic::prepare(const std::filesystem::path& folder) {
  folder_ = folder;
  network_.emplace();
  to_broker_.emplace(network_->host());
  broker_.emplace(support::KafkaBrokerOptions{.advertised = to_broker_->address()});
  to_broker_->lead_to(broker_->second_port());
  broker_->start();
  for (const auto* topic : {kTopic, "even", "odd"})
    broker_->create_topic(topic, static_cast<int>(kPartitions));
}

std::map<std::string, std::string> FromTopic::environment() const {
  return {{"BROKERS", to_broker_->address()}};
}

void FromTopic::add_input(std::int64_t from, std::int64_t to) {
  std::vector<support::KafkaRecord> records;
  for (auto n = from; n < to; ++n) {
    records.push_back({.value = record_of(n), .partition = static_cast<std::int32_t>(n % kPartitions)});
  }
  broker_->produce(kTopic, records);
  for (const auto& record : records) ++ends_[*record.partition];
}

std::string FromTopic::source() const {
  const std::string how = in_a_group() ? "properties: {session.timeout.ms: 1500, heartbeat.interval.ms: 200}"
                                       : "stop_at_end: true";
  return R"(
sources:
  lines:
    plugin: kafka
    brokers: "${BROKERS}"
    topic: in
    group: faults
    )" + how +
         "\n";
}

std::vector<std::string> FromTopic::point_groups() const {
  std::vector<std::string> groups{"job.", "meeting.", "task."};
  if (in_a_group()) groups.push_back("rebalance.");
  return groups;
}

std::string FromTopic::left_to_do() {
  std::string text;
  for (const auto& [partition, end] : ends_) {
    const auto done = broker_->committed(kGroup, kTopic, partition).value_or(0);
    if (done == end) continue;
    text += (text.empty() ? "" : ", ") + std::string(kTopic) + "[" + std::to_string(partition) + "] " +
            std::to_string(done) + " of " + std::to_string(end);
  }
  return text;
}

std::vector<Outage> FromTopic::outages() {
  std::vector<Outage> all{killed("broker killed", *broker_)};
  for (auto& outage : network_->outages()) all.push_back(std::move(outage));
  for (auto& outage : network_outages("broker", *to_broker_)) all.push_back(std::move(outage));
  return all;
}

void FromTopic::read_topic(const std::string& topic, Account& account, const Belongs& belongs) const {
  const LineOf line_of = [this](std::int64_t n) { return record_of(n); };
  for (const auto& record : broker_->consume_all(topic))
    read_line(record.value.value_or(""), "the topic " + topic, account, line_of, belongs);
}

}  // namespace weir::faults
