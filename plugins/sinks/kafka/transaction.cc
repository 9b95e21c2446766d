// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/transaction.h"

#include <algorithm>
#include <array>
#include <utility>

#include "kafka_client/errors.h"
#include "kafka_client/group_claim.h"
#include "kafka_client/handles.h"
#include "kafka_client/topics.h"

namespace weir::kafka {
namespace {

using namespace std::chrono_literals;

constexpr int kCallMilliseconds = 2000;
constexpr int kFirstInitMilliseconds = 500;
constexpr int kLastInitMilliseconds = 8000;
constexpr int kOffsetsMilliseconds = 10'000;  // such a call cannot be resumed, only made again
constexpr int kPauseMilliseconds = 50;
constexpr auto kTellEvery = 10s;
constexpr auto kLook = 100ms;
constexpr auto kAbortWithin = 2s;

}  // namespace

/// Makes the call until it succeeds. It returns an error that librdkafka calls retriable when its own time is
/// over, too.
template <class Call>
void Transaction::repeat(const std::string& what, const Context& out, Clock::time_point until, Call&& call) {
  told_at_ = Clock::now();
  for (;;) {
    const Error error(call());
    if (error == nullptr) return;
    if (rd_kafka_error_is_retriable(error.get()) == 0) fail(what, error.get());
    wait(what, out, until);
  }
}

/// Serves callbacks for a short while.
void Transaction::wait(const std::string& what, const Context& out, Clock::time_point until) {
  rd_kafka_poll(client_, kPauseMilliseconds);
  if (deliveries_.stopped()) {
    const Stop why = *deliveries_.stopped();
    abort();
    throw why;
  }
  if (interrupted_) throw Stop("interrupted", "the pipeline was aborted while the sink was about to " + what);
  const auto now = Clock::now();
  if (now >= until) throw Stop("no_answer", "cannot " + what + ": no broker answers at " + brokers_);
  if (now - told_at_ < kTellEvery) return;
  told_at_ = now;
  out.warn("waiting for " + brokers_ + " to " + what);
}

void Transaction::fail(const std::string& what, const rd_kafka_error_t* error) {
  const auto code = rd_kafka_error_code(error);
  const bool to_abort = rd_kafka_error_txn_requires_abort(error) != 0;
  const std::string text =
      "Kafka at " + brokers_ + ": cannot " + what + ": " + text_of(code, rd_kafka_error_string(error));
  if (to_abort) abort();
  const auto fatal = rd_kafka_fatal_error(client_, nullptr, 0);
  if (is_fenced(code) || is_fenced(fatal)) throw Stop("fenced", fenced_text(brokers_));
  throw Stop(code_of(code), to_abort ? text + "; the transaction was taken back" : text);
}

void Transaction::take_id(const Context& out, Clock::duration within) {
  const auto until = within == Clock::duration::max() ? Clock::time_point::max() : Clock::now() + within;
  // Each call has librdkafka 2.0 ask the coordinator anew, which it does not by itself when it asked too
  // early; a coordinator that is slow needs longer calls.
  int time = kFirstInitMilliseconds;
  repeat("begin with transactions", out, until, [&] {
    return rd_kafka_init_transactions(client_,
                                      std::exchange(time, std::min(2 * time, kLastInitMilliseconds)));
  });
}

void Transaction::begin() {
  if (open_) return;
  const Error error(rd_kafka_begin_transaction(client_));
  if (error != nullptr) fail("begin a transaction", error.get());
  open_ = true;
}

/// librdkafka itself looks for a topic that it does not know yet once a second.
void Transaction::find(const std::string& topic, const Context& out) {
  if (found_ == topic) return;
  const std::string what = "find topic '" + topic + "'";
  told_at_ = Clock::now();
  while (!partition_count(client_, topic, brokers_, kLook)) wait(what, out, Clock::time_point::max());
  found_ = topic;
}

void Transaction::produce(const std::string& topic, std::int32_t partition, const std::string& key,
                          std::optional<std::string_view> value, const Context& out) {
  find(topic, out);
  std::array<rd_kafka_vu_t, 5> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = topic.c_str();
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = partition;
  parts[2].vtype = RD_KAFKA_VTYPE_KEY;
  parts[2].u.mem = {const_cast<char*>(key.data()), key.size()};
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  if (value) parts[3].u.mem = {const_cast<char*>(value->data()), value->size()};
  parts[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[4].u.i = RD_KAFKA_MSG_F_COPY;
  const std::string what = "write to topic '" + topic + "'";
  told_at_ = Clock::now();
  for (;;) {
    const Error error(rd_kafka_produceva(client_, parts.data(), parts.size()));
    if (error == nullptr) return deliveries_.handed_over();
    if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail(what, error.get());
    wait(what, out, Clock::time_point::max());
  }
}

void Transaction::add_offsets(const rd_kafka_topic_partition_list_t& offsets,
                              const rd_kafka_consumer_group_metadata_t* group, const Context& out) {
  repeat("commit the positions of the consumer group", out, Clock::time_point::max(), [&] {
    return rd_kafka_send_offsets_to_transaction(client_, &offsets, group, kOffsetsMilliseconds);
  });
}

void Transaction::commit(const Context& out) {
  told_at_ = Clock::now();
  while (deliveries_.under_way() != 0 || deliveries_.stopped()) {
    rd_kafka_flush(client_, kCallMilliseconds);
    if (deliveries_.under_way() != 0 || deliveries_.stopped())
      wait("write all of a transaction", out, Clock::time_point::max());
  }
  repeat("commit a transaction", out, Clock::time_point::max(),
         [&] { return rd_kafka_commit_transaction(client_, kCallMilliseconds); });
  open_ = false;
}

void Transaction::abort() noexcept {
  if (!open_) return;
  open_ = false;
  const auto until = Clock::now() + kAbortWithin;
  while (Clock::now() < until) {
    const Error error(rd_kafka_abort_transaction(client_, kCallMilliseconds));
    if (error == nullptr || rd_kafka_error_is_retriable(error.get()) == 0) return;
  }
}

}  // namespace weir::kafka
