// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/source.h>
#include <weir/transactional_sink.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kafka_client/client.h"
#include "kafka_client/handles.h"
#include "sources/kafka/partition_table.h"
#include "sources/kafka/read_ahead.h"

namespace weir::kafka {

/// Reads topics as a member of a consumer group. One consumer for each task of the pipeline.
///
/// librdkafka has two queues here. What concerns the group (partitions come and go, errors) waits in the
/// consumer's own queue; the records of all partitions are forwarded to `records_`. A poll without budget
/// serves the first one alone: the member stays alive in its group, and the records wait where they are,
/// bounded by queued.max.messages.kbytes. And when partitions are revoked, no record of theirs is in our
/// hands: librdkafka drops those in `records_` once the partitions are unassigned.
class KafkaSource final : public Source {
 public:
  static void describe(Descriptor& d);
  explicit KafkaSource(const Options& options);
  static std::string refuses(const Options& options, Transactions how, std::uint32_t instances);
  ~KafkaSource() override { close(); }

  void start(Context& out) override;
  Poll poll(Context& out, std::size_t budget) override;
  void commit(std::span<const weir_position> positions, Context& out) override;
  std::string claim(Context& out) override;
  double progress() const override { return progress_; }
  void interrupt() override { interrupted_ = true; }

 private:
  // membership.cc: the group, its events, topics and partitions.
  void subscribe();
  bool all_topics_exist(std::chrono::milliseconds within);
  bool share_out_partitions(Context& out, std::chrono::milliseconds within);
  void serve_events(Context& out);
  void serve(rd_kafka_event_t* event, Context& out);
  void rebalance(rd_kafka_event_t* event, Context& out);
  void own(rd_kafka_topic_partition_list_t& list, Context& out);
  void take_over(rd_kafka_topic_partition_list_t& list, Context& out);
  void ask_until(const std::function<bool()>& look, const std::string& problem) const;
  void give_up(const rd_kafka_topic_partition_list_t& list, Context& out);
  void assign(const rd_kafka_topic_partition_list_t& list);
  void unassign(const rd_kafka_topic_partition_list_t& list);
  void on_error(const rd_kafka_message_t& message, Context& out);
  void note_error(rd_kafka_resp_err_t error, const char* text, Context& out);
  void ask_positions_again(Context& out);
  void close();

  // kafka_source.cc: records.
  bool take_batch(Context& out, std::size_t most, std::size_t& bytes);
  void take(const rd_kafka_message_t& message, Context& out);
  bool is_wanted(Partition& partition, const rd_kafka_message_t& message) const;
  Partition* partition_of(const rd_kafka_message_t& message);

  // Constant after construction.
  std::vector<std::string> topics_;
  std::string group_;
  std::string brokers_;
  bool stop_at_end_;
  std::int64_t begin_;  // with a partition of which the group has no position
  Configuration configuration_;

  std::shared_ptr<CallbackTarget> callbacks_;
  ReadAhead read_ahead_;
  PartitionTable partitions_;
  bool shared_out_ = false;  // stop_at_end: the partitions are known and divided among the tasks
  bool subscribed_ = false;
  bool assigned_once_ = false;  // the group has told what is ours, if only that it is nothing
  bool unreachable_ = false;    // an error has said so
  std::optional<std::chrono::steady_clock::time_point> ask_again_at_;  // positions that were not told
  std::string cluster_;                                                // its id; empty: not known yet
  std::chrono::steady_clock::time_point next_look_{};
  std::vector<rd_kafka_message_t*> batch_;
  std::vector<weir_header> headers_;  // of the record at hand
  std::atomic<double> progress_{-1};
  std::atomic<bool> interrupted_{false};

  // The partition of the record before: neighbours mostly share it.
  const rd_kafka_topic_t* last_topic_ = nullptr;
  std::int32_t last_number_ = -1;
  Partition* last_ = nullptr;

  // Queues are freed before their client.
  Client client_;
  Queue events_;   // the consumer's own queue
  Queue records_;  // where the queues of all our partitions lead
};

}  // namespace weir::kafka
