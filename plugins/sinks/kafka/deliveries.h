// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/stage.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kafka_client/client.h"
#include "sinks/kafka/in_flight.h"

namespace weir::kafka {

/// What became of the messages handed to librdkafka: records, and messages without a record, whose failure
/// stops the sink. Its callbacks come here, all but the log's from within
/// rd_kafka_poll or rd_kafka_flush on the sink's thread; nothing is thrown through them.
class Deliveries final : public CallbackTarget {
 public:
  Deliveries(const Context& context, std::string topic, std::string brokers)
      : CallbackTarget(context), kept_(context), topic_(std::move(topic)), brokers_(std::move(brokers)) {}

  /// Sets the callbacks, which expect a Deliveries as their opaque.
  static void listen(rd_kafka_conf_t* configuration);

  /// From now on all that is handed over is part of a transaction, which cannot do without it: what the
  /// brokers do not take stops the sink, and only what librdkafka refuses at once goes to the error port.
  void in_transactions() { in_transactions_ = true; }

  /// A copy of the record that lives until it is acknowledged or has failed; to be followed by handed_over()
  /// or refused().
  InFlight::Item& keep(const Record& record) { return kept_.keep(record); }
  void handed_over() { ++under_way_; }
  /// librdkafka did not take the record.
  void refused(InFlight::Item& item, rd_kafka_resp_err_t error) { failed(item, error); }

  /// To be called first in each call of the host: what the call before has sent to the error port is let go.
  void begin_call();
  /// To be called last: sends to the error port what has failed, and throws Stop for what is not the records'
  /// fault.
  void settle(Context& out);

  /// The reason for which the sink cannot go on, if there is one.
  const std::optional<Stop>& stopped() const { return stop_; }
  /// Messages that are neither acknowledged nor failed.
  std::size_t under_way() const { return under_way_; }
  /// How many were acknowledged or have failed since the start.
  std::size_t settled() const { return settled_; }
  /// Where the last message without a record stands in its partition; -1: none was acknowledged yet.
  std::int64_t last_offset() const { return last_offset_; }
  /// An error has said that no broker can be reached.
  bool unreachable() const { return unreachable_; }

 private:
  struct Failed {
    InFlight::Item* item;
    std::string code, text;
  };

  void failed(InFlight::Item& item, rd_kafka_resp_err_t error);
  void stop_for(rd_kafka_resp_err_t error, const std::string& topic);
  void stop(const std::string& code, const std::string& text);
  void on_delivery(const rd_kafka_message_t& message);
  void on_error(rd_kafka_t* client, rd_kafka_resp_err_t error, const char* reason);

  InFlight kept_;
  const std::string topic_;
  const std::string brokers_;
  std::size_t under_way_ = 0;
  std::size_t settled_ = 0;
  std::int64_t last_offset_ = -1;
  bool in_transactions_ = false;
  bool unreachable_ = false;
  std::vector<Failed> failed_;
  std::vector<InFlight::Item*> sent_to_error_;  // in this call; the host reads them when it returns
  std::optional<Stop> stop_;
};

}  // namespace weir::kafka
