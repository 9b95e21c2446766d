// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <weir/context.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace weir::kafka {

/// Sets the offset of each partition for which the pipeline's checkpoint tells where reading goes on; the
/// others keep theirs. Where that is not what the group has committed it says so in the log. `group` names it
/// there.
void set_saved_offsets(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions,
                       const std::string& group, Context& out);

/// Sets the offset of each partition to what the group has committed of it now, or where it has nothing to
/// `otherwise`. False when the group's coordinator has not answered in time; then they are as they were.
bool set_committed_offsets(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions,
                           std::int64_t otherwise, std::chrono::milliseconds within);

}  // namespace weir::kafka
