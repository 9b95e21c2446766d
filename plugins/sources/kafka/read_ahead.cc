// SPDX-License-Identifier: Apache-2.0
#include "sources/kafka/read_ahead.h"

#include <weir/abi.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "kafka_client/handles.h"

namespace weir::kafka {
namespace {

double number(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 32> text{};
  std::size_t size = text.size();
  rd_kafka_conf_get(conf, name, text.data(), &size);
  return std::max(1.0, std::atof(text.data()));
}

}  // namespace

ReadAhead::ReadAhead(const rd_kafka_conf_t* configuration)
    : record_limit_(number(configuration, "queued.min.messages")),
      byte_limit_(number(configuration, "queued.max.messages.kbytes") * 1024) {}

bool ReadAhead::taken(std::size_t count, std::size_t bytes, std::size_t waiting) {
  if (count != 0) {
    record_size_ = 0.75 * record_size_ + 0.25 * static_cast<double>(bytes) / static_cast<double>(count);
  }
  const auto left = static_cast<double>(waiting);
  const double fill = std::max(left / record_limit_, left * record_size_ / byte_limit_);
  fullest_ = std::max(fullest_, fill);
  // Sizes are guessed from the records before: a queue that is thought a quarter full may be at its limit.
  if (fullest_ < 0.25 || fill >= std::min(fullest_, 1.0) / 2) return false;
  fullest_ = fill;
  return true;
}

std::size_t ReadAhead::records_in(std::size_t bytes) const {
  return static_cast<std::size_t>(static_cast<double>(bytes) / (record_size_ + sizeof(weir_record))) + 1;
}

void ReadAhead::wake_fetching(rd_kafka_t* client, const PartitionTable& partitions) {
  auto list = new_partitions(16);
  for (const auto& [name, partition] : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), name.first.c_str(), name.second)->offset =
        RD_KAFKA_OFFSET_END;
  }
  if (list->cnt != 0) rd_kafka_offsets_for_times(client, list.get(), 0);
}

}  // namespace weir::kafka
