// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::kafka {

/// Asks the cluster for the partitions of a topic. None: no broker has answered in time. Throws Stop, with
/// the brokers and the nearest existing topic, when the topic does not exist or may not be read.
std::optional<std::int32_t> partition_count(rd_kafka_t* client, const std::string& topic,
                                            const std::string& brokers, std::chrono::milliseconds within);

/// The text for a topic that the cluster does not have.
std::string missing_topic_text(rd_kafka_t* client, const std::string& topic, const std::string& brokers);

}  // namespace weir::kafka
