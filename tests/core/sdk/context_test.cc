// SPDX-License-Identifier: Apache-2.0
#include <weir/context.h>

#include <gtest/gtest.h>
#include <weir/host_memory.h>
#include <weir/testing.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace weir {
namespace {

/// A record whose value fills a block of its own; the test owns the block's one reference.
Record record_of(std::string_view value) {
  Record r;
  char* data = nullptr;
  r.block = host_memory::block_new(value.size(), &data);
  std::memcpy(data, value.data(), value.size());
  r.value = {data, value.size()};
  return r;
}

TEST(Context, ANewKeyLeavesTheValueWhereItIsAndKeepsItAlive) {
  weir_context door;
  Context context(&testing::host(), &door);
  const Record record = record_of("value");
  Record keyed = context.with_key(record, slice("key"));
  EXPECT_EQ(keyed.value.data, record.value.data);
  host_memory::retain(&keyed, 1);  // somebody downstream keeps it
  context.hand_on();
  EXPECT_EQ(host_memory::block_is_unique(record.block), 0) << "the key's block holds the value's";
  host_memory::release(&record, 1);
  EXPECT_EQ(keyed.bytes(), "value");
  EXPECT_EQ(keyed.key_bytes(), "key");
  host_memory::release(&keyed, 1);
}

TEST(Context, KeysOfRecordsOfManyBlocksKeepEachTheirOwn) {
  weir_context door;
  Context context(&testing::host(), &door);
  const Record a = record_of("a");
  const Record b = record_of("b");
  std::vector<Record> keyed;
  for (int i = 0; i < 100; ++i)
    keyed.push_back(context.with_key(i % 3 == 0 ? b : a, slice(std::to_string(i))));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(keyed[static_cast<std::size_t>(i)].bytes(), i % 3 == 0 ? "b" : "a");
    EXPECT_EQ(keyed[static_cast<std::size_t>(i)].key_bytes(), std::to_string(i));
  }
  context.hand_on();
  EXPECT_EQ(host_memory::block_is_unique(a.block), 1) << "nothing is held beyond the call";
  EXPECT_EQ(host_memory::block_is_unique(b.block), 1);
  host_memory::release(&a, 1);
  host_memory::release(&b, 1);
}

TEST(Context, AKeyCanBeTakenAwayOrBeEmpty) {
  weir_context door;
  Context context(&testing::host(), &door);
  const Record record = record_of("value");
  EXPECT_FALSE(context.with_key(record, kAbsent).key_bytes().has_value());
  EXPECT_EQ(context.with_key(record, slice("")).key_bytes(), "");
  context.discard();
  host_memory::release(&record, 1);
}

}  // namespace
}  // namespace weir
