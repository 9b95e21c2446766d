// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// How producers of a topic find the partition of a key.
enum class Partitioner {
  kMurmur2,  ///< Kafka's Java clients, Kafka Streams, and librdkafka's murmur2 and murmur2_random
  kCrc32,    ///< librdkafka's default (consistent, consistent_random)
  kFnv1a     ///< Sarama's default
};

/// Below `partitions`, which is at least 1.
std::int32_t partition_of(std::string_view key, std::uint32_t partitions, Partitioner by);

/// "murmur2", as in the file.
const char* to_string(Partitioner by);

}  // namespace weir
