// SPDX-License-Identifier: Apache-2.0
#include "from_topic.h"

#include <utility>

namespace weir::faults {
namespace {

constexpr int kPartitions = 3;

}  // namespace

FromTopic::FromTopic(std::string name, Delivery delivery) : name_(std::move(name)), delivery_(delivery) {}

std::optional<std::string> FromTopic::why_unavailable() const {
  return support::KafkaBroker::why_unavailable();
}

void FromTopic::prepare(const std::filesystem::path& folder) {
  folder_ = folder;
  broker_.emplace();
  broker_->start();
  for (const auto* topic : {"in", "even", "odd"}) broker_->create_topic(topic, kPartitions);
}

std::map<std::string, std::string> FromTopic::environment() const {
  return {{"BROKERS", broker_->bootstrap()}};
}

void FromTopic::add_input(std::int64_t from, std::int64_t to) {
  std::vector<support::KafkaRecord> records;
  for (auto n = from; n < to; ++n) {
    records.push_back({.value = record_of(n), .partition = static_cast<std::int32_t>(n % kPartitions)});
  }
  broker_->produce("in", records);
}

std::vector<Outage> FromTopic::outages() {
  return {killed("broker killed", *broker_)};
}

void FromTopic::read_topic(const std::string& topic, Account& account, const Belongs& belongs) const {
  const LineOf line_of = [this](std::int64_t n) { return record_of(n); };
  for (const auto& record : broker_->consume_all(topic))
    read_line(record.value.value_or(""), "the topic " + topic, account, line_of, belongs);
}

}  // namespace weir::faults
