// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/testing.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "sources/kafka/kafka_source.h"
#include "support/kafka_cluster.h"
#include "support/wait_until.h"

namespace weir::kafka {

using SourceHarness = weir::testing::Harness<KafkaSource>;

inline std::string source_options(const std::string& brokers, const std::string& topic,
                                  const nlohmann::json& more = {}) {
  nlohmann::json options{{"brokers", {brokers}}, {"topic", {topic}}, {"group", "readers"}};
  if (!more.is_null()) options.update(more);
  return options.dump();
}

inline const nlohmann::json kStopAtEnd{{"stop_at_end", true}};

/// "v0", "v1", ... in one partition, or spread over `partitions`.
inline std::vector<support::KafkaRecord> numbered(int count, int partitions = 1) {
  std::vector<support::KafkaRecord> records;
  for (int i = 0; i < count; ++i) {
    records.push_back({.value = "v" + std::to_string(i), .partition = i % partitions});
  }
  return records;
}

/// Polls until `done`, waiting for the source's wake() while there is nothing.
template <class Done>
void poll_until(SourceHarness& source, Done done) {
  const auto deadline = std::chrono::steady_clock::now() + support::kLongWait;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited too long");
    const auto seen = source.wakes();
    if (source.poll() == WEIR_IDLE) source.wait_for_wake(seen);
  }
}

/// Polls until `count` records have come; more of the last poll are returned as well.
inline std::vector<weir::testing::Item> poll_for(SourceHarness& source, std::size_t count) {
  std::vector<weir::testing::Item> all;
  poll_until(source, [&] {
    for (auto& item : source.out()) all.push_back(std::move(item));
    return all.size() >= count;
  });
  return all;
}

}  // namespace weir::kafka
