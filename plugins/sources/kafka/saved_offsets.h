// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <weir/context.h>

#include <string>

namespace weir::kafka {

/// Sets the offset of each partition for which the pipeline's checkpoint tells where reading goes on; the
/// others keep theirs. Where that is not what the group has committed it says so in the log. `group` names it
/// there.
void set_saved_offsets(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions,
                       const std::string& group, Context& out);

}  // namespace weir::kafka
