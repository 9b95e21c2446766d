// SPDX-License-Identifier: Apache-2.0
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cases.h"
#include "contest.h"
#include "made_records.h"
#include "support/kafka_broker.h"
#include "support/unique_name.h"
#include "support/wait_until.h"

namespace weir::bench {
namespace {

constexpr double kRecords = 2'000'000;
constexpr int kPartitions = 4;
constexpr std::uint64_t kProducedAtOnce = 100'000;

/// Fills the topic; returns how many records are to pass the filter.
std::uint64_t fill(const support::KafkaBroker& broker, const std::string& topic, std::uint64_t count) {
  MadeRecords made(1);
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t part = std::min(kProducedAtOnce, count - done);
    std::vector<support::KafkaRecord> records(part);
    for (auto& record : records) {
      record.value = made.next();
      record.partition = static_cast<std::int32_t>(done++ / 1000 % kPartitions);
    }
    broker.produce(topic, records);
  }
  return made.paid();
}

/// How many records the topic holds.
std::uint64_t count_records(const std::string& brokers, const std::string& topic) {
  char text[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), text, sizeof text);
  const std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)> client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text), rd_kafka_destroy);
  std::int64_t sum = 0;
  for (int partition = 0; partition < kPartitions; ++partition) {
    std::int64_t low = 0, high = 0;
    if (rd_kafka_query_watermark_offsets(client.get(), topic.c_str(), partition, &low, &high, 30'000) != 0) {
      throw std::runtime_error("cannot ask how many records " + topic + " holds");
    }
    sum += high - low;
  }
  return static_cast<std::uint64_t>(sum);
}

}  // namespace

void kafka_case(const Settings& settings) {
  if (const auto why = support::KafkaBroker::why_unavailable()) {
    std::cout << "| Kafka -> filter -> Kafka | not measured: " << *why << " | | | | | |" << std::endl;
    return;
  }
  support::KafkaBroker broker({.properties = {{"num.io.threads", "4"}, {"num.network.threads", "3"}},
                               .jvm_flags = {"-Xms1g", "-Xmx2g", "-XX:TieredStopAtLevel=4"}});
  broker.start();
  const std::string from = support::unique_name("from");
  broker.create_topic(from, kPartitions);
  const auto count = static_cast<std::uint64_t>(kRecords * settings.scale);
  const std::uint64_t expected = fill(broker, from, count);

  const auto into_new_topic = [&](auto&& command) {
    const std::string to = support::unique_name("to");
    broker.create_topic(to, kPartitions);
    const Usage usage = run_measured(command(to, support::unique_name("group")));
    // The broker ends a transaction in its own time.
    std::uint64_t written = 0;
    support::wait_until(support::kLongWait, [&] {
      written = count_records(broker.bootstrap(), to);
      return written >= expected;
    });
    // A transaction leaves a marker in each partition, which counts as a record here.
    const std::uint64_t markers = settings.exactly_once ? 1000 : 0;
    if (written < expected || written > expected + markers) {
      throw std::runtime_error(std::to_string(written) + " records were written to " + to + ", expected " +
                               std::to_string(expected));
    }
    return usage;
  };
  const auto weir = [&](const char* delivery) {
    return into_new_topic([&](const std::string& to, const std::string& group) {
      return etl_run(std::filesystem::path(WEIR_BENCH_PIPELINES) / "kafka.yaml",
                     {{"KAFKA_BROKERS", broker.bootstrap()},
                      {"FROM_TOPIC", from},
                      {"TO_TOPIC", to},
                      {"KAFKA_GROUP", group},
                      {"DELIVERY", delivery}});
    });
  };
  hold({"Kafka -> filter -> Kafka", static_cast<double>(count),
        [&] { return weir(settings.exactly_once ? "exactly_once" : "at_least_once"); },
        [&] {
          if (settings.exactly_once) return weir("at_least_once");
          return into_new_topic([&](const std::string& to, const std::string& group) {
            return Command{{WEIR_LIMIT_KAFKA, broker.bootstrap(), from, to, group}, {}};
          });
        }},
       settings.runs);
}

}  // namespace weir::bench
