// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/producer_configuration.h"

#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "kafka_client/client_properties.h"

namespace weir::kafka {
namespace {

const std::vector<Reserved> kReserved{
    {"bootstrap.servers", "use the option 'brokers'"},
    {"metadata.broker.list", "use the option 'brokers'"},
    {"partitioner", "use the option 'partitioner'"},
    {"compression.type", "use the option 'compression'"},
    {"compression.codec", "use the option 'compression'"},
    {"message.timeout.ms", "use the option 'delivery_timeout'"},
    {"delivery.timeout.ms", "use the option 'delivery_timeout'"},
    {"delivery.report.only.error", "the sink waits for the report of each record"},
    {"transactional.id", "the sink names its transactions after pipeline, stage and task"},
    {"transaction.timeout.ms", "use the option 'transaction_timeout'"},
    {"isolation.level", "the sink reads its checkpoints, and only those that are committed"},
};

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, 512> text{};
  if (rd_kafka_conf_set(conf, name, value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK)
    throw std::logic_error(text.data());
}

}  // namespace

Configuration producer_configuration(const Options& options) {
  auto conf = make_configuration(
      {
          {"bootstrap.servers", broker_list(options)},
          {"acks", "all"},
          {"enable.idempotence", "true"},
          {"partitioner", options.string("partitioner")},
          {"compression.type", options.string("compression")},
          {"message.timeout.ms", std::to_string(options.duration("delivery_timeout").count())},
          {"linger.ms", "5"},
          // Bounds the memory of what is not acknowledged; a write waits when it is reached.
          {"queue.buffering.max.kbytes", "4096"},
      },
      options, kReserved);
  std::array<char, 16> acks{};
  std::size_t size = acks.size();
  if (rd_kafka_conf_get(conf.get(), "acks", acks.data(), &size) == RD_KAFKA_CONF_OK &&
      std::string_view(acks.data()) == "0") {
    throw OptionError("/properties/acks",
                      "without acknowledgements nothing is known to be delivered; use 1 or all");
  }
  return conf;
}

Configuration transactional_configuration(const Options& options, const std::string& id) {
  auto conf = producer_configuration(options);
  const std::string timeout = std::to_string(options.duration("transaction_timeout").count());
  set(conf.get(), "transactional.id", id);
  set(conf.get(), "transaction.timeout.ms", timeout);
  set(conf.get(), "message.timeout.ms", timeout);
  return conf;
}

Configuration reader_configuration(const Options& options) {
  auto conf = make_configuration(
      {
          {"bootstrap.servers", broker_list(options)},
          {"auto.offset.reset", "earliest"},
          {"enable.auto.commit", "false"},
          {"queued.max.messages.kbytes", "4096"},
          {"fetch.wait.max.ms", "50"},
      },
      options, kReserved);
  set(conf.get(), "isolation.level", "read_committed");
  // The properties are those of a producer too, of which librdkafka would warn.
  set(conf.get(), "log_level", "3");
  return conf;
}

}  // namespace weir::kafka
