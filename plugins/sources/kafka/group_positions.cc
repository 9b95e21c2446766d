// SPDX-License-Identifier: Apache-2.0
#include "sources/kafka/group_positions.h"

#include <weir/stage.h>

#include <chrono>

#include "kafka_client/errors.h"
#include "kafka_client/handles.h"

namespace weir::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto kAnswerWithin = 10s;
constexpr int kLookMilliseconds = 100;

/// The first error in the answer, of the whole or of one partition.
rd_kafka_resp_err_t error_in(rd_kafka_event_t* answer) {
  const auto error = rd_kafka_event_error(answer);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  const auto* list = rd_kafka_event_topic_partition_list(answer);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list->elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t commit_and_wait(rd_kafka_t* client, const rd_kafka_topic_partition_list_t* list,
                                    const std::atomic<bool>& interrupted) {
  const Queue answers(rd_kafka_queue_new(client));
  const auto refused = rd_kafka_commit_queue(client, list, answers.get(), nullptr, nullptr);
  if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) return refused;
  const auto deadline = std::chrono::steady_clock::now() + kAnswerWithin;
  while (!interrupted && std::chrono::steady_clock::now() < deadline) {
    const Event answer(rd_kafka_queue_poll(answers.get(), kLookMilliseconds));
    if (answer != nullptr) return error_in(answer.get());
  }
  return RD_KAFKA_RESP_ERR__TIMED_OUT;
}

bool is_shut_out(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID || error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         error == RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST;
}

}  // namespace

void commit_positions(rd_kafka_t* client, std::span<const weir_position> positions,
                      const PartitionTable& partitions, const std::string& group, bool member,
                      const std::atomic<bool>& interrupted, const Context& context) {
  auto list = new_partitions(static_cast<int>(positions.size()));
  for (const auto& position : positions) {
    if (!partitions.has(*position.origin)) continue;  // it has another owner by now
    const std::string topic(view(position.origin->name));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), position.origin->partition)->offset =
        position.next;
  }
  if (list->cnt == 0) return;
  const auto error = commit_and_wait(client, list.get(), interrupted);
  const std::string text = "positions of group " + group + " were not committed: " + text_of(error);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  // A rebalance is under way. Partitions that stay are committed next time; those that do not are lost by
  // then.
  const bool for_now = member && error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
  if (is_shut_out(error) && member && !for_now) {
    context.warn(text + "; the group has given the partitions to others, which go on from the last commit");
    return;
  }
  if (is_shut_out(error) && !for_now) {
    throw Stop("group_in_use", text +
                                   "; the group has live members, and with stop_at_end the source is "
                                   "none of them: stop them, or use another group");
  }
  if (is_hopeless(error)) throw Stop(code_of(error), text);
  throw Failure(code_of(error), text);
}

}  // namespace weir::kafka
