// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <weir/context.h>

#include <atomic>
#include <span>
#include <string>

#include "sources/kafka/partition_table.h"

namespace weir::kafka {

/// Commits the positions of those partitions that are ours to the consumer's group, and waits until the group
/// coordinator has taken them.
///
/// Throws Failure when that may work later (the coordinator moves, a rebalance is under way, no answer within
/// ten seconds, `interrupted`) and Stop when it never will. When the group has shut this member out, it logs
/// that and returns: the partitions then have another owner, which starts from the last positions committed.
/// `group` names it and its brokers in messages.
/// `member`: whether the consumer belongs to the group; if not, a group with live members refuses the commit,
/// which is a Stop.
void commit_positions(rd_kafka_t* client, std::span<const weir_position> positions,
                      const PartitionTable& partitions, const std::string& group, bool member,
                      const std::atomic<bool>& interrupted, const Context& context);

}  // namespace weir::kafka
