// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/kafka_sink.h"

#include <array>
#include <utility>

#include "kafka_client/client_properties.h"
#include "kafka_client/errors.h"
#include "kafka_client/topics.h"
#include "sinks/kafka/producer_configuration.h"

namespace weir::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 100ms;
constexpr auto kTellEvery = 10s;

Configuration configure(const Options& options) {
  auto conf = producer_configuration(options);
  Deliveries::listen(conf.get());
  return conf;
}

HeaderRules read_header_rules(const Options& options) {
  HeaderRules rules{options.string("headers") == "keep", {}};
  if (options.has("add_headers")) rules.add = options.string_map("add_headers");
  return rules;
}

}  // namespace

void KafkaSink::describe(Descriptor& d) {
  d.name("kafka")
      .summary("Writes records to a topic of Apache Kafka; delivered means acknowledged by the broker.")
      .example("profiles: {plugin: kafka, from: lookup, brokers: \"${KAFKA_BROKERS}\", topic: wechat-users}")
      .blocks();
  d.option("brokers", Type::kStringList,
           "Brokers to ask first, as host:port; a list, or one text with commas.")
      .required();
  d.option("topic", Type::kString, "The topic to write to. It must exist.").required();
  d.option("key", Type::kString,
           "A field path to the message's key, such as user.id or $header.NAME. Without it, the record's own "
           "key is kept.");
  d.option("headers", Type::kChoice, "Whether messages keep the record's headers.")
      .choices({"keep", "drop"})
      .default_value("keep");
  d.option("add_headers", Type::kStringMap, "Headers that every message gets behind those of its record.");
  d.option("partitioner", Type::kChoice,
           "How the key chooses the partition, by librdkafka's names. murmur2_random does as Kafka's Java "
           "client: equal keys together, records without a key anywhere.")
      .choices(
          {"murmur2_random", "murmur2", "consistent_random", "consistent", "fnv1a_random", "fnv1a", "random"})
      .default_value("murmur2_random");
  d.option("compression", Type::kChoice, "How batches are compressed.")
      .choices({"none", "gzip", "snappy", "lz4", "zstd"})
      .default_value("none");
  d.option("delivery_timeout", Type::kDuration,
           "A record that is not acknowledged within this time goes to the error port; 0s: the sink waits "
           "until the brokers are back, and the sources with it.")
      .default_value("0s")
      .at_least(0)
      .at_most(2147483647);
  d.option(
      "checkpoint_topic", Type::kString,
      "Where the sink keeps checkpoints: a topic with one compacted partition, made when it is not there. "
      "Unless given, weir.PIPELINE.STAGE.checkpoints.");
  d.option(
       "transaction_timeout", Type::kDuration,
       "Exactly once: how long a transaction, and so a checkpoint with what leads to it, may take before the "
       "brokers take it back. The brokers' transaction.max.timeout.ms (15m unless set) must not be below.")
      .default_value("5m")
      .at_least(1000)
      .at_most(2147483647);
  d.option(
       "properties", Type::kStringMap,
       "Any property of librdkafka by its name, for instance security.protocol, sasl.username, linger.ms.")
      .secret();
}

KafkaSink::KafkaSink(const Options& options, CheckpointOwner& owner)
    : options_(options),
      owner_(owner),
      brokers_(broker_list(options)),
      topic_name_(options.string("topic")),
      header_rules_(read_header_rules(options)),
      configuration_(configure(options)),
      key_(options) {
  if (topic_name_.empty()) throw OptionError("/topic", "the name of the topic is empty");
}

KafkaSink::~KafkaSink() {
  if (client_ == nullptr) return;
  topic_.reset();
  if (transaction_ != nullptr) transaction_->abort();
  if (deliveries_->under_way() != 0) {
    // The pipeline aborts: these records' positions were not committed, they are read again.
    rd_kafka_purge(client_.get(),
                   RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  }
  client_.reset();
}

void KafkaSink::start(Context& out) {
  deliveries_ = std::make_shared<Deliveries>(out, topic_name_, brokers_);
  role_ = Transactions::of(out.place().transactions);
  const Configuration transactional = role_.in_transactions ? configure_transactions(out) : Configuration();
  client_ =
      new_client(RD_KAFKA_PRODUCER, (transactional ? transactional : configuration_).get(), *deliveries_);
  const bool answered = look_until_answered(
      [&](auto within) { return partition_count(client_.get(), topic_name_, brokers_, within).has_value(); },
      [&] {
        rd_kafka_poll(client_.get(), 0);
        deliveries_->settle(out);
        return deliveries_->unreachable() || interrupted_;
      });
  if (!answered) out.warn("no broker answers at " + brokers_ + "; trying until one does");
  topic_.reset(rd_kafka_topic_new(client_.get(), topic_name_.c_str(), nullptr));
  progress_at_ = std::chrono::steady_clock::now();
  start_transactions(out);
}

void KafkaSink::write(Records records, Context& out) {
  deliveries_->begin_call();
  if (transaction_ != nullptr) transaction_->begin();
  for (const Record& record : records) produce(record, out);
  rd_kafka_poll(client_.get(), 0);
  deliveries_->settle(out);
}

void KafkaSink::produce(const Record& record, Context& out) {
  weir_slice key{};
  try {
    key = key_.of(record);
  } catch (const Failure& e) {
    out.fail(Port::kError, record, e.code(), e.what());
    return;
  }
  InFlight::Item& item = deliveries_->keep(record);
  auto error = hand_over(item, key);
  while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    wait(out, kLook);
    error = hand_over(item, key);
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    deliveries_->handed_over();
  } else {
    deliveries_->refused(item, error);
  }
}

/// librdkafka copies the key and the headers, and sends the value from where it is kept.
rd_kafka_resp_err_t KafkaSink::hand_over(const InFlight::Item& item, weir_slice key) {
  const Record& r = item.record;
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = topic_.get();
  parts[1].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[1].u.mem = {const_cast<char*>(r.value.data), r.value.size};
  parts[2].vtype = RD_KAFKA_VTYPE_KEY;
  parts[2].u.mem = {const_cast<char*>(key.data), key.size};
  parts[3].vtype = RD_KAFKA_VTYPE_OPAQUE;
  parts[3].u.ptr = const_cast<InFlight::Item*>(&item);
  parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[4].u.i64 = r.has_time() ? r.event_time : 0;  // 0: now
  std::size_t count = 5;
  Headers headers = headers_for(r, header_rules_);
  if (headers != nullptr) {
    parts[count].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[count++].u.headers = headers.get();
  }
  const Error error(rd_kafka_produceva(client_.get(), parts.data(), count));
  if (error != nullptr) return rd_kafka_error_code(error.get());
  static_cast<void>(headers.release());  // the message's now
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaSink::flush(Context& out) {
  deliveries_->begin_call();
  while (deliveries_->under_way() != 0) {
    rd_kafka_flush(client_.get(), static_cast<int>(kLook.count()));
    wait(out, 0ms);
  }
  deliveries_->settle(out);
}

/// Serves librdkafka's callbacks for a while. Throws Stop when there is no point in waiting on.
void KafkaSink::wait(const Context& out, std::chrono::milliseconds time) {
  rd_kafka_poll(client_.get(), static_cast<int>(time.count()));
  if (deliveries_->stopped()) throw Stop(*deliveries_->stopped());
  if (interrupted_) {
    throw Stop("interrupted", "the pipeline was aborted before Kafka had acknowledged all records");
  }
  const auto now = std::chrono::steady_clock::now();
  if (deliveries_->settled() != settled_before_) {
    settled_before_ = deliveries_->settled();
    progress_at_ = now;
  } else if (now - progress_at_ >= kTellEvery) {
    progress_at_ = now;
    out.warn("waiting for " + brokers_ + " to acknowledge " + std::to_string(deliveries_->under_way()) +
             " records");
  }
}

}  // namespace weir::kafka
