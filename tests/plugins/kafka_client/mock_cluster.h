// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kafka_client/client.h"
#include "support/kafka_cluster.h"

namespace weir::kafka {

/// librdkafka's mock cluster inside the test program, on a free loopback port: it lives as long as this
/// object. Faults are injected through mock().
class MockCluster {
 public:
  explicit MockCluster(int brokers = 1);

  /// What a test does with it from outside: produce, consume, look at positions.
  const support::KafkaCluster& outside() const { return outside_; }
  const std::string& bootstrap() const { return outside_.bootstrap(); }
  rd_kafka_mock_cluster_t* mock() const { return mock_.get(); }

  void create_topic(const std::string& name, int partitions);
  /// The next requests of this kind (Kafka's ApiKey) are answered by these errors, one each.
  void fail_next(std::int16_t api_key, const std::vector<rd_kafka_resp_err_t>& errors);
  /// All brokers refuse connections, or take them again.
  void down();
  void up();

 private:
  int brokers_;
  Client owner_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Free<rd_kafka_mock_cluster_destroy>> mock_;
  support::KafkaCluster outside_;
};

inline constexpr std::int16_t kProduce = 0, kMetadata = 3, kOffsetCommit = 8, kOffsetFetch = 9,
                              kSyncGroup = 14;

}  // namespace weir::kafka
