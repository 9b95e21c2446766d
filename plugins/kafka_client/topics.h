// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace weir::kafka {

/// Asks the cluster for the partitions of a topic. None: no broker has answered in time. Throws Stop, with
/// the brokers and the nearest existing topic, when the topic does not exist or may not be read.
std::optional<std::int32_t> partition_count(rd_kafka_t* client, const std::string& topic,
                                            const std::string& brokers, std::chrono::milliseconds within);

/// Repeats `look`, a question to the brokers that takes the time it may wait and says whether there was an
/// answer, until there is one, `hopeless` says that waiting is in vain for now, or five seconds are over.
template <class Look, class Hopeless>
bool look_until_answered(Look look, Hopeless hopeless) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  do {
    if (look(std::chrono::milliseconds(300))) return true;
  } while (!hopeless() && std::chrono::steady_clock::now() < deadline);
  return false;
}

/// The text for a topic that the cluster does not have.
std::string missing_topic_text(rd_kafka_t* client, const std::string& topic, const std::string& brokers);

}  // namespace weir::kafka
