// SPDX-License-Identifier: Apache-2.0
#include "sources/kafka/saved_offsets.h"

#include "kafka_client/handles.h"

namespace weir::kafka {
namespace {

constexpr int kAnswerMilliseconds = 2000;

std::string text_of_offset(std::int64_t offset) {
  return offset < 0 ? "has none" : "has " + std::to_string(offset);
}

/// One line for what the group knows otherwise; nothing when it does not answer, since it does not count.
void tell_differences(rd_kafka_t* client, const rd_kafka_topic_partition_list_t& saved,
                      const std::string& group, const Context& out) {
  const Partitions committed(rd_kafka_topic_partition_list_copy(&saved));
  if (rd_kafka_committed(client, committed.get(), kAnswerMilliseconds) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  std::string text;
  for (int i = 0; i < saved.cnt; ++i) {
    const auto& ours = saved.elems[i];
    const auto& theirs = committed->elems[i];
    if (theirs.err != RD_KAFKA_RESP_ERR_NO_ERROR || theirs.offset == ours.offset) continue;
    text.append(text.empty() ? "" : ", ").append(ours.topic);
    text.append("[").append(std::to_string(ours.partition)).append("] from ");
    text.append(std::to_string(ours.offset)).append(" (the group ");
    text.append(text_of_offset(theirs.offset)).append(")");
  }
  if (!text.empty())
    out.info("reading goes on where the checkpoint was made, not where " + group + " is: " + text);
}

}  // namespace

void set_saved_offsets(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions,
                       const std::string& group, Context& out) {
  const auto saved = new_partitions(partitions.cnt);
  for (int i = 0; i < partitions.cnt; ++i) {
    auto& e = partitions.elems[i];
    const auto next = out.saved_position(out.origin(e.topic, e.partition));
    if (!next) continue;
    e.offset = *next;
    rd_kafka_topic_partition_list_add(saved.get(), e.topic, e.partition)->offset = *next;
  }
  if (saved->cnt != 0) tell_differences(client, *saved, group, out);
}

bool set_committed_offsets(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions,
                           std::int64_t otherwise, std::chrono::milliseconds within) {
  const Partitions committed(rd_kafka_topic_partition_list_copy(&partitions));
  const auto error = rd_kafka_committed(client, committed.get(), static_cast<int>(within.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  for (int i = 0; i < committed->cnt; ++i) {
    if (committed->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  }
  for (int i = 0; i < partitions.cnt; ++i) {
    const std::int64_t offset = committed->elems[i].offset;
    partitions.elems[i].offset = offset >= 0 ? offset : otherwise;
  }
  return true;
}

}  // namespace weir::kafka
