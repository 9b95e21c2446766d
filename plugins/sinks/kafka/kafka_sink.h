// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/sink.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "kafka_client/client.h"
#include "kafka_client/handles.h"
#include "sinks/kafka/deliveries.h"
#include "sinks/kafka/message_headers.h"
#include "sinks/kafka/message_key.h"

namespace weir::kafka {

/// Writes records to a topic. A record is delivered when the broker has acknowledged it.
///
/// write() hands records to librdkafka, which sends them in batches, and waits only while librdkafka's queue
/// is full. flush() returns when each is acknowledged or has gone to the error port.
class KafkaSink final : public Sink {
 public:
  static void describe(Descriptor& d);
  explicit KafkaSink(const Options& options);
  ~KafkaSink() override;

  void start(Context& out) override;
  void write(Records records, Context& out) override;
  void flush(Context& out) override;
  void interrupt() override { interrupted_ = true; }

 private:
  void produce(const Record& record, Context& out);
  rd_kafka_resp_err_t hand_over(const InFlight::Item& item, weir_slice key);
  void wait(const Context& out, std::chrono::milliseconds time);

  // Constant after construction.
  std::string brokers_;
  std::string topic_name_;
  HeaderRules header_rules_;
  Configuration configuration_;

  MessageKey key_;
  std::atomic<bool> interrupted_{false};
  std::size_t settled_before_ = 0;  // when progress was last seen, and when that was
  std::chrono::steady_clock::time_point progress_at_{};

  // The client refers to the deliveries, the topic to the client.
  std::shared_ptr<Deliveries> deliveries_;
  Client client_;
  Topic topic_;
};

}  // namespace weir::kafka
