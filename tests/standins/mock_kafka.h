// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir::standins {

/// librdkafka's mock cluster behind real loopback ports: any Kafka client can talk to it.
///
/// It holds its log in memory: 5 MiB of stored batches a partition, and drops the oldest beyond
/// that. What else it cannot do is in README.md. All members throw std::runtime_error when
/// librdkafka refuses. Thread-safe.
class MockKafka {
 public:
  enum class Spread {
    kRoundRobin,  ///< record i goes to partition i modulo their number
    kByHash,      ///< by a hash of the value: equal values share a partition
  };

  explicit MockKafka(int brokers = 1);
  ~MockKafka();
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  /// "127.0.0.1:PORT", more of them with commas for several brokers.
  std::string bootstrap() const;

  void create_topic(const std::string& name, int partitions);

  /// Appends one record for each value, in their order, with no key; an empty one is an empty
  /// value, not a null. Returns when all are stored. Throws when the cluster has dropped part of
  /// the topic for want of room. Nobody else may write to the topic meanwhile.
  void fill(const std::string& topic, const std::vector<std::string>& values,
            Spread spread = Spread::kRoundRobin);

  /// Breaks a broker's connections and refuses new ones until `set_up`. Brokers count from 1.
  void set_down(int broker);
  void set_up(int broker);
  /// Each answer of that broker takes so long.
  void set_latency(int broker, std::chrono::milliseconds latency);

 private:
  struct Cluster;
  std::unique_ptr<Cluster> cluster_;
};

}  // namespace weir::standins
