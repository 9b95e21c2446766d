// SPDX-License-Identifier: Apache-2.0
#include "base/partitioner.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

/// As librdkafka 2.0 finds them: rd_kafka_msg_partitioner_murmur2, _consistent and _fnv1a, of 97 partitions.
TEST(Partitioner, FindsThePartitionsThatProducersFind) {
  const struct {
    std::string key;
    int murmur2, crc32, fnv1a;
  } cases[] = {{"", 35, 0, 68},
               {"a", 49, 80, 49},
               {"bc", 87, 33, 89},
               {"21", 41, 80, 65},
               {"abcd", 5, 50, 48},
               {"foobar", 13, 41, 0},
               {"user-42", 3, 27, 60},
               {"a-little-bit-long-string", 56, 63, 59},
               {"\xff\xfe\x80", 50, 68, 14}};
  for (const auto& c : cases) {
    EXPECT_EQ(partition_of(c.key, 97, Partitioner::kMurmur2), c.murmur2) << c.key;
    EXPECT_EQ(partition_of(c.key, 97, Partitioner::kCrc32), c.crc32) << c.key;
    EXPECT_EQ(partition_of(c.key, 97, Partitioner::kFnv1a), c.fnv1a) << c.key;
  }
}

TEST(Partitioner, OfOnePartitionAllIsThere) {
  EXPECT_EQ(partition_of("whatever", 1, Partitioner::kMurmur2), 0);
}

}  // namespace
}  // namespace weir
