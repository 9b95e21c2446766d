// SPDX-License-Identifier: Apache-2.0
#include "support/kafka_broker.h"

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "support/free_port.h"

namespace weir::support {

namespace fs = std::filesystem;

namespace {

// 16 bytes in base64url, as Kafka writes its ids.
constexpr char kClusterId[] = "d2Vpci10ZXN0LWthZmthLQ";
constexpr char kMainJar[] = "kafka_2.13-" WEIR_KAFKA_VERSION ".jar";

// Where packaging/fetch-kafka.sh puts the jars.
fs::path jar_dir() {
  if (const char* const dir = std::getenv("WEIR_KAFKA_JARS")) return dir;
  const char* const home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/") / ".cache/weir/kafka-" WEIR_KAFKA_VERSION;
}

std::string address(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

KafkaBroker::KafkaBroker(KafkaBrokerOptions options) : KafkaBroker(std::move(options), free_port()) {}

KafkaBroker::KafkaBroker(KafkaBrokerOptions options, std::uint16_t port)
    : KafkaCluster(address(port)),
      ServerProcess("Kafka broker", SIGTERM),
      options_(std::move(options)),
      port_(port),
      controller_port_(free_port()),
      second_port_(free_port()) {}

KafkaBroker& KafkaBroker::shared() {
  static KafkaBroker broker;
  if (!broker.running()) broker.start();
  return broker;
}

std::optional<std::string> KafkaBroker::why_unavailable() {
  if (!find_program("java")) {
    return "there is no java in PATH (Debian: apt-get install openjdk-17-jre-headless)";
  }
  if (!fs::exists(jar_dir() / kMainJar)) {
    return "there is no " + (jar_dir() / kMainJar).string() + ": run packaging/fetch-kafka.sh";
  }
  return std::nullopt;
}

std::vector<std::string> KafkaBroker::java(std::vector<std::string> arguments) const {
  // Set for a quick start and a small process rather than for throughput.
  std::vector<std::string> argv = {"java",
                                   "-Xmx384m",
                                   "-XX:TieredStopAtLevel=1",
                                   "-XX:+UseSerialGC",
                                   "-XX:-UsePerfData",
                                   "-Xshare:auto",
                                   "-Djava.net.preferIPv4Stack=true",
                                   "-Dlog4j.configuration=file:" + (dir_ / "log4j.properties").string()};
  argv.insert(argv.end(), options_.jvm_flags.begin(), options_.jvm_flags.end());
  argv.insert(argv.end(), {"-cp", (jar_dir() / "*").string()});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

void KafkaBroker::write_config() const {
  std::map<std::string, std::string> properties = {
      {"process.roles", "broker,controller"},
      {"node.id", "1"},
      {"controller.quorum.voters", "1@" + address(controller_port_)},
      {"listeners", "PLAINTEXT://" + address(port_) + ",CONTROLLER://" + address(controller_port_)},
      {"advertised.listeners", "PLAINTEXT://" + address(port_)},
      {"inter.broker.listener.name", "PLAINTEXT"},
      {"controller.listener.names", "CONTROLLER"},
      {"log.dirs", (dir_ / "data").string()},
      {"auto.create.topics.enable", "false"},
      // One node can hold one replica.
      {"default.replication.factor", "1"},
      {"offsets.topic.replication.factor", "1"},
      {"transaction.state.log.replication.factor", "1"},
      {"transaction.state.log.min.isr", "1"},
      // Few partitions, threads and buffers: a quick start.
      {"offsets.topic.num.partitions", "3"},
      {"transaction.state.log.num.partitions", "3"},
      {"num.network.threads", "2"},
      {"num.io.threads", "2"},
      {"background.threads", "2"},
      {"log.cleaner.dedupe.buffer.size", "2097152"},
      // After a crash the controller takes the broker back once the old session is over.
      {"broker.session.timeout.ms", "2000"},
      {"broker.heartbeat.interval.ms", "400"},
      // A group forms at once, and a test may choose short session time-outs.
      {"group.initial.rebalance.delay.ms", "0"},
      {"group.min.session.timeout.ms", "1000"},
  };
  if (options_.advertised) {
    properties["listeners"] += ",PROXIED://" + address(second_port_);
    properties["advertised.listeners"] += ",PROXIED://" + *options_.advertised;
    properties["listener.security.protocol.map"] =
        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT";
  }
  for (const auto& [name, value] : options_.properties) properties[name] = value;
  std::string text;
  for (const auto& [name, value] : properties) text += name + "=" + value + "\n";
  dir_.write("server.properties", text);
  dir_.write("log4j.properties",
             "log4j.rootLogger=WARN, stderr\n"
             "log4j.appender.stderr=org.apache.log4j.ConsoleAppender\n"
             "log4j.appender.stderr.target=System.err\n"
             "log4j.appender.stderr.layout=org.apache.log4j.PatternLayout\n"
             "log4j.appender.stderr.layout.ConversionPattern=%d %p %c: %m%n\n");
}

void KafkaBroker::format_storage() const {
  const Completed format = run(java(
      {"kafka.tools.StorageTool", "format", "-t", kClusterId, "-c", (dir_ / "server.properties").string()}));
  if (!format.status.ok()) {
    throw std::runtime_error("cannot format the storage of the Kafka broker, " + to_string(format.status) +
                             ":\n" + last_lines(format.out + format.err, 30));
  }
}

void KafkaBroker::start() {
  expect_stopped();
  if (!fs::exists(dir_ / "data")) {
    write_config();
    format_storage();
  }
  launch(java({"kafka.Kafka", (dir_ / "server.properties").string()}));
  wait_until_ready(bootstrap(), [this] { return answers(std::chrono::seconds(2)); });
}

}  // namespace weir::support
