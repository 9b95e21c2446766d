// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/transactional_sink.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kafka_client/client.h"
#include "kafka_client/handles.h"
#include "sinks/kafka/checkpoint_owner.h"
#include "sinks/kafka/deliveries.h"
#include "sinks/kafka/message_headers.h"
#include "sinks/kafka/message_key.h"
#include "sinks/kafka/transaction.h"

namespace weir::kafka {

/// Writes records to a topic. A record is delivered when the broker has acknowledged it.
///
/// write() hands records to librdkafka, which sends them in batches, and waits only while librdkafka's queue
/// is full. flush() returns when each is acknowledged or has gone to the error port.
///
/// In transactions the records, the positions of Kafka sources of the same cluster in their groups, and the
/// checkpoint in a compacted topic are committed together. A sink that only keeps the checkpoints writes
/// records as ever, and has a second producer whose transactions hold nothing but checkpoints.
class KafkaSink final : public CheckpointSink {
 public:
  using Shared = CheckpointOwner;

  static void describe(Descriptor& d);
  KafkaSink(const Options& options, CheckpointOwner& owner);
  ~KafkaSink() override;

  void start(Context& out) override;
  void write(Records records, Context& out) override;
  void flush(Context& out) override;
  void interrupt() override { interrupted_ = true; }

  // kafka_sink_transactions.cc
  static std::string refuses(const Options& options, Transactions how, std::uint32_t instances);
  static void load(const Options& options, CheckpointOwner& owner, Context& out, const Visit& visit);
  static void recover(const Options& options, std::span<const std::string_view> saved, Context& out);
  std::string prepare(std::uint64_t checkpoint, Context& out) override;
  void commit_prepared(Context&) override {}
  void save_checkpoint(const weir_checkpoint& checkpoint, Context& out) override;

 private:
  Configuration configure_transactions(const Context& out) const;
  void start_transactions(Context& out);
  void add_positions(const weir_checkpoint& checkpoint, const Context& out);
  void produce(const Record& record, Context& out);
  rd_kafka_resp_err_t hand_over(const InFlight::Item& item, weir_slice key);
  void wait(const Context& out, std::chrono::milliseconds time);

  // Constant after construction.
  const Options& options_;
  CheckpointOwner& owner_;
  std::string brokers_;
  std::string topic_name_;
  HeaderRules header_rules_;
  Configuration configuration_;

  MessageKey key_;
  Transactions role_;
  std::string cluster_;                        // its id; empty: not known yet
  std::map<std::string, std::size_t> chunks_;  // of the last checkpoint of each name
  std::atomic<bool> interrupted_{false};
  std::size_t settled_before_ = 0;  // when progress was last seen, and when that was
  std::chrono::steady_clock::time_point progress_at_{};

  // The client refers to the deliveries, the topic to the client.
  std::shared_ptr<Deliveries> deliveries_;
  Client client_;
  Topic topic_;
  std::unique_ptr<Transaction> transaction_;              // of that client, when it works in transactions
  std::unique_ptr<CheckpointProducer> only_checkpoints_;  // when it keeps them and does not
};

}  // namespace weir::kafka
