// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <weir/context.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "kafka_client/client.h"
#include "sinks/kafka/deliveries.h"

namespace weir::kafka {

/// The transactions of one producer, one after the other. Functions wait for the brokers, with a warning now
/// and then, and throw Stop when the transaction cannot go on: "fenced" when another process has taken its id
/// over, "interrupted" when the pipeline aborts. A transaction that can be taken back has been then.
class Transaction {
 public:
  using Clock = std::chrono::steady_clock;

  /// All of them live longer.
  Transaction(rd_kafka_t* client, Deliveries& deliveries, std::string brokers,
              const std::atomic<bool>& interrupted)
      : client_(client), deliveries_(deliveries), brokers_(std::move(brokers)), interrupted_(interrupted) {}

  /// Makes the id this producer's: who has it can commit no more, and what it has not committed is taken back
  /// when this returns. Once, before all else; not waited for longer than `within`.
  void take_id(const Context&, Clock::duration within = Clock::duration::max());

  /// Unless it has begun.
  void begin();
  bool is_open() const { return open_; }

  /// A message that counts when the transaction does; value none: a tombstone. It is copied.
  void produce(const std::string& topic, std::int32_t partition, const std::string& key,
               std::optional<std::string_view> value, const Context&);
  void add_offsets(const rd_kafka_topic_partition_list_t& offsets,
                   const rd_kafka_consumer_group_metadata_t* group, const Context&);
  /// Returns when each message is acknowledged and the transaction is committed.
  void commit(const Context&);
  /// Takes it back, if that can be done soon; if not, the brokers do it when its time is over, or when the id
  /// is taken again.
  void abort() noexcept;

 private:
  template <class Call>
  void repeat(const std::string& what, const Context& out, Clock::time_point until, Call&& call);
  void wait(const std::string& what, const Context& out, Clock::time_point until);
  void find(const std::string& topic, const Context& out);
  [[noreturn]] void fail(const std::string& what, const rd_kafka_error_t* error);

  rd_kafka_t* client_;
  Deliveries& deliveries_;
  const std::string brokers_;
  const std::atomic<bool>& interrupted_;
  bool open_ = false;
  std::string found_;  ///< the topic of produce(), once its leader is known
  Clock::time_point told_at_ = Clock::now();
};

/// A producer for nothing but transactions of checkpoints.
struct CheckpointProducer {
  CheckpointProducer(const rd_kafka_conf_t* configuration, const Context& context, const std::string& topic,
                     const std::string& brokers, const std::atomic<bool>& interrupted)
      : deliveries(context, topic, brokers),
        client(new_client(RD_KAFKA_PRODUCER, configuration, deliveries)),
        transaction(client.get(), deliveries, brokers, interrupted) {}
  CheckpointProducer(const CheckpointProducer&) = delete;
  CheckpointProducer& operator=(const CheckpointProducer&) = delete;
  ~CheckpointProducer() { transaction.abort(); }

  Deliveries deliveries;
  Client client;
  Transaction transaction;
};

}  // namespace weir::kafka
