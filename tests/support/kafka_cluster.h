// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/wait_until.h"

namespace weir::support {

/// A record to produce, or one that was consumed (then everything known is set).
struct KafkaRecord {
  std::optional<std::string> value = {};                          // none: a null value
  std::optional<std::string> key = {};                            // none: a null key
  std::vector<std::pair<std::string, std::string>> headers = {};  // in order
  std::optional<std::int32_t> partition = {};     // none: by the key, or any when there is no key
  std::optional<std::int64_t> timestamp_ms = {};  // none: now
  std::int64_t offset = -1;                       // set when consumed
};

enum class Isolation { kReadCommitted, kReadUncommitted };

/// What a test does with a Kafka cluster from outside Weir: the real broker (KafkaBroker) or a
/// mock cluster. Each call opens a client of its own and closes it. Functions throw
/// std::runtime_error that names the topic and the cause; they may be called from any thread.
class KafkaCluster {
 public:
  /// `bootstrap`: "host:port" of one broker, or several with commas.
  explicit KafkaCluster(std::string bootstrap) : bootstrap_(std::move(bootstrap)) {}

  const std::string& bootstrap() const { return bootstrap_; }

  /// Whether a metadata request is answered within the time and names a broker.
  bool answers(std::chrono::milliseconds within) const;

  /// Returns when every partition has a leader. `config`: topic settings such as cleanup.policy.
  /// librdkafka's mock cluster cannot do this; there a topic is made when the cluster is started.
  void create_topic(const std::string& topic, int partitions,
                    const std::map<std::string, std::string>& config = {}) const;

  /// Returns when the broker has acknowledged all records; each is there once (idempotent
  /// producer), and those of one partition are in the order given.
  void produce(const std::string& topic, const std::vector<KafkaRecord>& records) const;

  /// Reads all partitions from their first record to their end, and on until there are `at_least`
  /// records; throws when these have not come `within` the time. More than `at_least` records are
  /// all returned, so that a test sees duplicates. Order holds within a partition only.
  /// kReadCommitted ends before the first open transaction.
  std::vector<KafkaRecord> consume_all(const std::string& topic, std::size_t at_least = 0,
                                       Isolation isolation = Isolation::kReadCommitted,
                                       std::chrono::milliseconds within = kLongWait) const;

  /// The offset that a consumer group would go on from; none when it has committed none.
  std::optional<std::int64_t> committed(const std::string& group, const std::string& topic,
                                        std::int32_t partition) const;

 private:
  std::string bootstrap_;
};

}  // namespace weir::support
