// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/kafka_cluster.h"
#include "support/require_real.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

/// The first line of a test that needs the real broker.
#define WEIR_REQUIRE_KAFKA() \
  WEIR_REQUIRE_REAL("real Kafka broker", ::weir::support::KafkaBroker::why_unavailable())

namespace weir::support {

struct KafkaBrokerOptions {
  std::map<std::string, std::string> properties = {};  // of server.properties, over our own
  std::vector<std::string> jvm_flags = {};             // after our own, such as -Xmx2g
  // "HOST:PORT", of a TcpProxy for instance, by which clients of a second listener are told to come back.
  std::optional<std::string> advertised = {};
};

/// A real Apache Kafka in a JVM beside the test: one node, broker and controller (KRaft), on free
/// loopback ports, its data in a folder of its own. Topics are never made by themselves.
/// Its log has warnings and errors. For one thread; throws std::runtime_error with the end of it.
class KafkaBroker : public KafkaCluster, public ServerProcess {
 public:
  /// Chooses ports and folder; nothing runs yet.
  explicit KafkaBroker(KafkaBrokerOptions options = {});

  /// The broker that the tests of one program share, started by the first call and killed when
  /// the program ends. Call it on the main thread. Each test uses topics of its own
  /// (unique_name), and a test that stops, kills or freezes a broker starts its own.
  static KafkaBroker& shared();

  /// Why no broker can be started here (no Java, no jars); none when one can.
  static std::optional<std::string> why_unavailable();

  /// Where the second listener is, which the proxy is to lead to.
  std::uint16_t second_port() const { return second_port_; }

  /// Returns when it answers a metadata request.
  void start() override;

 private:
  KafkaBroker(KafkaBrokerOptions options, std::uint16_t port);
  std::vector<std::string> java(std::vector<std::string> arguments) const;
  void write_config() const;
  void format_storage() const;

  KafkaBrokerOptions options_;
  std::uint16_t port_;
  std::uint16_t controller_port_;
  std::uint16_t second_port_;
  TempDir dir_{"weir-kafka"};
};

}  // namespace weir::support
