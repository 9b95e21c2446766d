// SPDX-License-Identifier: Apache-2.0
//
// KafkaSource's life in its group: topics are looked up, partitions come and go, errors are told.
#include <weir/fail_point.h>
#include <weir/stage.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "kafka_client/errors.h"
#include "kafka_client/topics.h"
#include "sources/kafka/kafka_source.h"
#include "sources/kafka/saved_offsets.h"

namespace weir::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 300ms;
constexpr auto kAskAgainAfter = 100ms;
constexpr auto kAskWithin = 10s;
constexpr std::chrono::seconds kCloseWithin{3};
constexpr int kCloseLookMilliseconds = 50;
/// From 2.3 on, librdkafka can destroy a member that has never been given anything
/// (github.com/confluentinc/librdkafka/issues/4312).
constexpr int kDestroysBeforeAssignment = 0x02030000;

/// [any-thread]
void wake(rd_kafka_t*, void* context) {
  static_cast<const Context*>(context)->wake();
}

/// "ids[0], ids[3]".
std::string names_of(const rd_kafka_topic_partition_list_t& list) {
  std::string text;
  for (int i = 0; i < list.cnt; ++i) {
    text.append(i == 0 ? "" : ", ").append(list.elems[i].topic);
    text.append("[").append(std::to_string(list.elems[i].partition)).append("]");
  }
  return text.empty() ? "none" : text;
}

bool is_cooperative(rd_kafka_t* client) {
  const char* protocol = rd_kafka_rebalance_protocol(client);
  return protocol != nullptr && std::string_view(protocol) == "COOPERATIVE";
}

}  // namespace

void KafkaSource::start(Context& out) {
  callbacks_ = std::make_shared<CallbackTarget>(out);
  client_ = new_client(RD_KAFKA_CONSUMER, configuration_.get(), *callbacks_);
  rd_kafka_poll_set_consumer(client_.get());
  events_.reset(rd_kafka_queue_get_consumer(client_.get()));
  records_.reset(rd_kafka_queue_new(client_.get()));
  rd_kafka_queue_cb_event_enable(events_.get(), wake, &out);
  rd_kafka_queue_cb_event_enable(records_.get(), wake, &out);
  const bool answered = look_until_answered(
      [&](auto within) {
        return stop_at_end_ ? share_out_partitions(out, within) : all_topics_exist(within);
      },
      [&] {
        serve_events(out);
        return unreachable_ || interrupted_;
      });
  if (!answered) out.warn("no broker answers at " + brokers_ + "; trying until one does");
  if (!stop_at_end_) subscribe();
}

void KafkaSource::subscribe() {
  auto list = new_partitions(static_cast<int>(topics_.size()));
  for (const auto& topic : topics_) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const auto error = rd_kafka_subscribe(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Stop(code_of(error), "cannot subscribe to the topics: " + text_of(error));
  }
  subscribed_ = true;
}

bool KafkaSource::all_topics_exist(std::chrono::milliseconds within) {
  for (const auto& topic : topics_) {
    if (topic.front() == '^') continue;
    if (!partition_count(client_.get(), topic, brokers_, within)) return false;
  }
  return true;
}

/// For a source that stops at the end: takes each n-th partition of all topics, n being the number of tasks.
bool KafkaSource::share_out_partitions(Context& out, std::chrono::milliseconds within) {
  auto list = new_partitions(16);
  std::uint32_t counted = 0;
  for (const auto& topic : topics_) {
    const auto partitions = partition_count(client_.get(), topic, brokers_, within);
    if (!partitions) return false;
    for (std::int32_t p = 0; p < *partitions; ++p, ++counted) {
      if (counted % out.place().tasks != out.place().task) continue;
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), p)->offset = RD_KAFKA_OFFSET_STORED;
    }
  }
  own(*list, out);
  shared_out_ = true;
  assign(*list);
  return true;
}

/// Also tells librdkafka that we are alive, whether there are events or not.
void KafkaSource::serve_events(Context& out) {
  while (const Event event{rd_kafka_queue_poll(events_.get(), 0)}) serve(event.get(), out);
  if (ask_again_at_ && std::chrono::steady_clock::now() >= *ask_again_at_) ask_positions_again(out);
}

void KafkaSource::serve(rd_kafka_event_t* event, Context& out) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      rebalance(event, out);
      break;
    case RD_KAFKA_EVENT_ERROR: {
      const auto error =
          rd_kafka_event_error_is_fatal(event) != 0 ? RD_KAFKA_RESP_ERR__FATAL : rd_kafka_event_error(event);
      unreachable_ = unreachable_ || is_unreachable(error);
      note_error(error, rd_kafka_event_error_string(event), out);
      break;
    }
    case RD_KAFKA_EVENT_FETCH:
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) on_error(*message, out);
      }
      break;
    default:
      break;
  }
}

void KafkaSource::rebalance(rd_kafka_event_t* event, Context& out) {
  const auto* list = rd_kafka_event_topic_partition_list(event);
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    assigned_once_ = true;
    out.info("assigned: " + names_of(*list));
    WEIR_FAIL_POINT("rebalance.assign");
    const Partitions owned(rd_kafka_topic_partition_list_copy(list));
    own(*owned, out);
    WEIR_FAIL_POINT("rebalance.own");
    assign(*owned);
    WEIR_FAIL_POINT("rebalance.assigned");
  } else {
    WEIR_FAIL_POINT("rebalance.revoke");
    give_up(*list, out);
    WEIR_FAIL_POINT("rebalance.given_up");
    unassign(*list);
    WEIR_FAIL_POINT("rebalance.revoked");
  }
}

/// Leads the partitions' records to our queue, has their state loaded where it goes with them, and sets the
/// offsets where a checkpoint tells them; to be called before they are assigned.
void KafkaSource::own(rd_kafka_topic_partition_list_t& list, Context& out) {
  for (int i = 0; i < list.cnt; ++i) {
    const auto& e = list.elems[i];
    const Queue queue(rd_kafka_queue_get_partition(client_.get(), e.topic, e.partition));
    rd_kafka_queue_forward(queue.get(), records_.get());
    partitions_.add(e.topic, e.partition, out.origin(e.topic, e.partition));
  }
  if (out.keeps_by_partition() && list.cnt != 0) take_over(list, out);
  set_saved_offsets(client_.get(), list, "group '" + group_ + "'", out);
}

/// In pipelines that keep state by partition; there is one topic then. First the group's positions are asked
/// for, then what was saved is loaded: the owner before, when it is late, saves before it commits. The other
/// way around a position could be taken that belongs to a state which was not there yet to be loaded.
void KafkaSource::take_over(rd_kafka_topic_partition_list_t& list, Context& out) {
  ask_until([&] { return set_committed_offsets(client_.get(), list, begin_, kLook); },
            "says which positions the group '" + group_ + "' has");
  std::optional<std::int32_t> partitions;
  ask_until(
      [&] {
        partitions = partition_count(client_.get(), topics_.front(), brokers_, kLook);
        return partitions.has_value();
      },
      "says how many partitions the topic has");
  std::vector<const weir_origin*> origins;
  for (int i = 0; i < list.cnt; ++i) {
    const auto& e = list.elems[i];
    origins.push_back(partitions_.find(e.topic, e.partition)->origin);
    // The group has learnt sooner than this answer that the topic has grown.
    partitions = std::max(*partitions, e.partition + 1);
  }
  if (!out.take_over(origins, static_cast<std::uint32_t>(*partitions)))
    throw Stop("take_over", "the state of the partitions could not be taken over");
}

/// Throws Stop when there was no answer for long.
void KafkaSource::ask_until(const std::function<bool()>& look, const std::string& problem) const {
  const auto deadline = std::chrono::steady_clock::now() + kAskWithin;
  while (!look()) {
    if (interrupted_ || std::chrono::steady_clock::now() > deadline)
      throw Stop("partitions", "no broker at " + brokers_ + " " + problem);
  }
}

/// The host finishes and commits what it has of the partitions, as far as they are still ours.
void KafkaSource::give_up(const rd_kafka_topic_partition_list_t& list, Context& out) {
  const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
  out.info((lost ? "lost: " : "revoked: ") + names_of(list));
  std::vector<const weir_origin*> origins;
  for (int i = 0; i < list.cnt; ++i) {
    const auto* partition = partitions_.find(list.elems[i].topic, list.elems[i].partition);
    if (partition != nullptr) origins.push_back(partition->origin);
  }
  if (!origins.empty()) out.give_up(origins, lost);
  for (int i = 0; i < list.cnt; ++i) partitions_.remove(list.elems[i].topic, list.elems[i].partition);
}

void KafkaSource::assign(const rd_kafka_topic_partition_list_t& list) {
  if (!shared_out_ && !is_cooperative(client_.get())) {
    rd_kafka_assign(client_.get(), &list);
    return;
  }
  if (const Error error{rd_kafka_incremental_assign(client_.get(), &list)}) {
    throw Stop("assign", std::string("partitions were not assigned: ") + rd_kafka_error_string(error.get()));
  }
}

void KafkaSource::unassign(const rd_kafka_topic_partition_list_t& list) {
  if (is_cooperative(client_.get())) {
    const Error refused(rd_kafka_incremental_unassign(client_.get(), &list));
    if (refused == nullptr) return;
  }
  rd_kafka_assign(client_.get(), nullptr);
}

/// Errors that librdkafka puts among the records.
void KafkaSource::on_error(const rd_kafka_message_t& message, Context& out) {
  const char* const topic = message.rkt == nullptr ? nullptr : rd_kafka_topic_name(message.rkt);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (Partition* partition = partition_of(message)) partition->done = true;
      return;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      // A broker that has just started may not know its topics yet: only a second answer counts.
      if (topic != nullptr) static_cast<void>(partition_count(client_.get(), topic, brokers_, kLook));
      break;
    default:
      break;
  }
  note_error(message.err, rd_kafka_message_errstr(&message), out);
}

void KafkaSource::note_error(rd_kafka_resp_err_t error, const char* text, Context& out) {
  if (has_no_coordinator(error) && !ask_again_at_)
    ask_again_at_ = std::chrono::steady_clock::now() + kAskAgainAfter;
  report_client_error(client_.get(), error, text, brokers_, out);
}

/// librdkafka waits for ever for positions that the coordinator has refused to tell: partitions from which
/// nothing has come are assigned anew. Groups that rebalance all at once get over it at the next rebalance
/// only.
void KafkaSource::ask_positions_again(Context& out) {
  ask_again_at_.reset();
  if (out.keeps_by_partition()) return;  // it was told where to begin, and does not ask the group
  if (!shared_out_ && !is_cooperative(client_.get())) return;
  const auto owned = new_partitions(16);
  for (const auto& [name, partition] : partitions_) {
    if (!partition.done) rd_kafka_topic_partition_list_add(owned.get(), name.first.c_str(), name.second);
  }
  if (rd_kafka_position(client_.get(), owned.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const auto waiting = new_partitions(16);
  for (int i = 0; i < owned->cnt; ++i) {
    const auto& e = owned->elems[i];
    if (e.offset >= 0) continue;
    const auto saved = out.saved_position(out.origin(e.topic, e.partition));
    rd_kafka_topic_partition_list_add(waiting.get(), e.topic, e.partition)->offset =
        saved.value_or(RD_KAFKA_OFFSET_STORED);
  }
  if (waiting->cnt == 0) return;
  const Error refused(rd_kafka_incremental_unassign(client_.get(), waiting.get()));
  if (refused == nullptr) assign(*waiting);
}

/// Leaves the group without the host: what is not committed by now is read again by the next owner.
void KafkaSource::close() {
  if (client_ == nullptr) return;
  WEIR_FAIL_POINT("rebalance.leave");
  rd_kafka_queue_cb_event_enable(events_.get(), nullptr, nullptr);
  rd_kafka_queue_cb_event_enable(records_.get(), nullptr, nullptr);
  Queue last(rd_kafka_queue_new(client_.get()));
  const Error refused(rd_kafka_consumer_close_queue(client_.get(), last.get()));
  const auto deadline = std::chrono::steady_clock::now() + (interrupted_ ? 0s : kCloseWithin);
  while (refused == nullptr && rd_kafka_consumer_closed(client_.get()) == 0 &&
         std::chrono::steady_clock::now() < deadline) {
    const Event event(rd_kafka_queue_poll(last.get(), kCloseLookMilliseconds));
    if (event == nullptr || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_REBALANCE) continue;
    assigned_once_ = true;
    unassign(*rd_kafka_event_topic_partition_list(event.get()));
  }
  last.reset();
  records_.reset();
  events_.reset();
  if (rd_kafka_version() < kDestroysBeforeAssignment && subscribed_ && !assigned_once_) {
    keep_for_ever(std::move(client_), std::move(callbacks_));
  } else if (rd_kafka_consumer_closed(client_.get()) == 0) {
    destroy_in_background(std::move(client_), std::move(callbacks_));
  } else {
    client_.reset();
  }
}

}  // namespace weir::kafka
