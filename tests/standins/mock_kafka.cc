// SPDX-License-Identifier: Apache-2.0
#include "mock_kafka.h"

#include <librdkafka/rdkafka.h>
// Needs rdkafka.h before it.
#include <librdkafka/rdkafka_mock.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace weir::standins {
namespace {

constexpr int kPatienceMs = 60'000;

using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using Topic = std::unique_ptr<rd_kafka_topic_t, TopicDeleter>;

struct MetadataDeleter {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDeleter>;

void check(rd_kafka_resp_err_t error, const std::string& what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  throw std::runtime_error("mock Kafka: " + what + ": " + rd_kafka_err2str(error));
}

Client new_producer(const std::vector<std::pair<const char*, std::string>>& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char reason[512] = "";
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), reason, sizeof reason) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      throw std::runtime_error(std::string("mock Kafka: ") + reason);
    }
  }
  Client client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason), &rd_kafka_destroy);
  if (!client) {
    rd_kafka_conf_destroy(conf);
    throw std::runtime_error(std::string("mock Kafka: ") + reason);
  }
  return client;
}

int count_partitions(rd_kafka_t* client, rd_kafka_topic_t* topic) {
  const rd_kafka_metadata_t* raw = nullptr;
  check(rd_kafka_metadata(client, 0, topic, &raw, kPatienceMs), "metadata");
  const Metadata metadata(raw);
  return metadata->topics[0].partition_cnt;
}

void produce(rd_kafka_t* client, rd_kafka_topic_t* topic, int partition, const std::string& value) {
  // A pointer that is not null with length 0 is an empty value.
  while (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                          value.size(), nullptr, 0, nullptr) != 0) {
    const rd_kafka_resp_err_t error = rd_kafka_last_error();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) check(error, "produce");
    rd_kafka_poll(client, 100);
  }
}

/// The records of a topic. Throws when the cluster has dropped any.
std::int64_t count_records(rd_kafka_t* client, const std::string& topic, std::size_t partitions) {
  std::int64_t count = 0;
  for (std::size_t partition = 0; partition < partitions; ++partition) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    check(rd_kafka_query_watermark_offsets(client, topic.c_str(), static_cast<std::int32_t>(partition), &low,
                                           &high, kPatienceMs),
          "offsets of topic '" + topic + "'");
    if (low != 0) {
      throw std::runtime_error("mock Kafka: topic '" + topic + "' partition " + std::to_string(partition) +
                               " has dropped its first " + std::to_string(low) +
                               " records: it keeps 5 MiB a partition; give it more partitions");
    }
    count += high;
  }
  return count;
}

/// FNV-1a: the same on every machine, unlike std::hash.
std::uint32_t hash_of_value(std::string_view value) {
  std::uint32_t hash = 0x811c9dc5U;
  for (const char letter : value) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x01000193U;
  return hash;
}

}  // namespace

struct MockKafka::Cluster {
  // The mock cluster lives in the threads of a client that talks to nobody.
  Client host;
  rd_kafka_mock_cluster_t* mock = nullptr;
};

MockKafka::MockKafka(int brokers)
    : cluster_(std::make_unique<Cluster>(
          Cluster{new_producer({{"client.id", "mock-kafka"}, {"log_level", "3"}}), nullptr})) {
  cluster_->mock = rd_kafka_mock_cluster_new(cluster_->host.get(), brokers);
  if (cluster_->mock == nullptr) {
    throw std::runtime_error("mock Kafka: cannot make a cluster of " + std::to_string(brokers) + " brokers");
  }
}

MockKafka::~MockKafka() {
  if (cluster_->mock != nullptr) rd_kafka_mock_cluster_destroy(cluster_->mock);
}

std::string MockKafka::bootstrap() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_->mock);
}

void MockKafka::create_topic(const std::string& name, int partitions) {
  check(rd_kafka_mock_topic_create(cluster_->mock, name.c_str(), partitions, 1),
        "create topic '" + name + "'");
}

void MockKafka::fill(const std::string& topic, const std::vector<std::string>& values, Spread spread) {
  // Large batches: the mock cluster hands out one stored batch a request.
  const Client client = new_producer({{"bootstrap.servers", bootstrap()},
                                      {"linger.ms", "50"},
                                      {"batch.size", "262144"},
                                      {"log_level", "3"}});
  const Topic handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  const auto partitions = static_cast<std::size_t>(count_partitions(client.get(), handle.get()));
  if (partitions == 0) throw std::runtime_error("mock Kafka: there is no topic '" + topic + "'");
  const std::int64_t before = count_records(client.get(), topic, partitions);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t place = spread == Spread::kRoundRobin ? i : hash_of_value(values[i]);
    produce(client.get(), handle.get(), static_cast<int>(place % partitions), values[i]);
  }
  check(rd_kafka_flush(client.get(), kPatienceMs), "fill topic '" + topic + "'");

  const std::int64_t added = count_records(client.get(), topic, partitions) - before;
  if (added != static_cast<std::int64_t>(values.size())) {
    throw std::runtime_error("mock Kafka: topic '" + topic + "' has taken " + std::to_string(added) +
                             " records of " + std::to_string(values.size()));
  }
}

void MockKafka::set_down(int broker) {
  check(rd_kafka_mock_broker_set_down(cluster_->mock, broker), "set broker down");
}

void MockKafka::set_up(int broker) {
  check(rd_kafka_mock_broker_set_up(cluster_->mock, broker), "set broker up");
}

void MockKafka::set_latency(int broker, std::chrono::milliseconds latency) {
  check(rd_kafka_mock_broker_set_rtt(cluster_->mock, broker, static_cast<int>(latency.count())),
        "set broker latency");
}

}  // namespace weir::standins
