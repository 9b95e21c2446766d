// SPDX-License-Identifier: Apache-2.0
#include "state/owned_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "record_block.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Lt;

constexpr std::size_t kBlock = 256 * 1024;

/// 1,000 records of 200 bytes in a block of 256 KiB.
std::unique_ptr<RecordBlock> full_block() {
  auto block = std::make_unique<RecordBlock>(kBlock);
  for (int i = 0; i < 1000; ++i) {
    std::string value = std::to_string(i);
    value.resize(200, '.');
    block->add(value);
  }
  return block;
}

TEST(OwnedRecords, KeepTheirBytesAliveWithoutCopying) {
  auto block = full_block();
  OwnedRecords owned;
  owned.append(block->data(), block->size());
  EXPECT_EQ(block->others(), 1000u);
  EXPECT_EQ(owned.data()[7].value.data, block->data()[7].value.data) << "the very same bytes";
  block.reset();
  ASSERT_EQ(owned.size(), 1000u);
  EXPECT_EQ(view(owned.data()[999].value).substr(0, 4), "999.");
}

TEST(OwnedRecords, LetTheBlockGoWithTheLastRecord) {
  const auto block = full_block();
  {
    OwnedRecords owned;
    owned.append(block->data(), block->size());
    EXPECT_EQ(block->others(), 1000u);
  }
  EXPECT_EQ(block->others(), 0u);
}

TEST(OwnedRecords, FewOfALargeBlockAreCopiedOutOfIt) {
  auto block = full_block();
  OwnedRecords owned;
  owned.append(block->data() + 500, 1);
  EXPECT_EQ(block->others(), 0u) << "256 KiB are not kept for 200 bytes";
  EXPECT_THAT(owned.bytes(), AllOf(Ge(200u), Lt(1000u)));
  block.reset();
  EXPECT_EQ(view(owned.data()[0].value).substr(0, 4), "500.");
  const char* const behind = owned.data()[0].value.data + owned.data()[0].value.size;
  // Padding stands behind a copy too; a sanitizer would see bytes that are not there.
  volatile char last = 0;
  for (std::size_t i = 0; i < WEIR_PADDING; ++i) last = behind[i];
  EXPECT_LE(last, 127);
}

TEST(OwnedRecords, TellHowMuchMemoryTheyHold) {
  const auto block = full_block();
  OwnedRecords owned;
  EXPECT_EQ(owned.bytes(), 0u);
  owned.append(block->data(), block->size());
  EXPECT_THAT(owned.bytes(), AllOf(Ge(kBlock), Lt(2 * kBlock)));
}

TEST(OwnedRecords, CopiesHaveKeyHeadersFailureAndPlace) {
  auto block = std::make_unique<RecordBlock>(kBlock);
  const weir_header headers[] = {{block->put("trace"), block->put("abc")}, {block->put("empty"), kAbsent}};
  const weir_origin origin{sizeof(weir_origin), 3, slice("in"), slice("topic")};
  weir_record& record = block->add("odd");
  record.key = block->put("key");
  record.headers = headers;
  record.header_count = 2;
  record.origin = &origin;
  record.position = 42;
  record.event_time = 1234;
  const weir_record failed =
      host_memory::with_failure(record, {"lookup", "rejected", "40003", "invalid openid"}, 5000);
  OwnedRecords owned;
  owned.append(&failed, 1);
  host_memory::release(&failed, 1);
  EXPECT_EQ(block->others(), 0u) << "copied out";
  block.reset();

  const Record copy = owned.data()[0];
  EXPECT_EQ(copy.bytes(), "odd");
  EXPECT_EQ(copy.key_bytes(), "key");
  EXPECT_EQ(copy.header("trace"), "abc");
  ASSERT_EQ(copy.header_count, 2u);
  EXPECT_EQ(copy.headers[1].value.data, nullptr) << "absent is not empty";
  EXPECT_EQ(copy.origin, &origin);
  EXPECT_EQ(copy.position, 42);
  EXPECT_EQ(copy.event_time, 1234);
  ASSERT_NE(copy.failure, nullptr);
  EXPECT_EQ(view(copy.failure->stage), "lookup");
  EXPECT_EQ(view(copy.failure->port), "rejected");
  EXPECT_EQ(view(copy.failure->code), "40003");
  EXPECT_EQ(view(copy.failure->message), "invalid openid");
  EXPECT_EQ(copy.failure->attempts, 1u);
  EXPECT_EQ(copy.failure->first_time, 5000);
}

TEST(OwnedRecords, CopiesTellATombstoneFromAnEmptyValue) {
  RecordBlock block(kBlock);
  block.add("");
  block.add("x").value = kAbsent;
  OwnedRecords owned;
  owned.append(block.data(), 2);
  EXPECT_EQ(block.others(), 0u);
  EXPECT_NE(owned.data()[0].value.data, nullptr);
  EXPECT_EQ(owned.data()[1].value.data, nullptr);
  EXPECT_EQ(owned.data()[1].key.data, nullptr);
}

TEST(OwnedRecords, RecordsOfSeveralBlocksStayInOrder) {
  const RecordBlock one({"a", "b"}, 2), two({"c"}, 1);
  std::vector<weir_record> mixed{one.data()[0], two.data()[0], one.data()[1]};
  OwnedRecords owned;
  owned.append(mixed.data(), mixed.size());
  owned.append(mixed.data(), 1);
  EXPECT_THAT(values_of(owned), ElementsAre("a", "c", "b", "a"));
}

TEST(OwnedRecords, NeighboursAreCopiedIntoOneBlockWhereverTheyComeFrom) {
  const RecordBlock one({"a", "c"}, kBlock), two({"b"}, kBlock), small({"d"}, 1);
  std::vector<weir_record> mixed{one.data()[0], two.data()[0], one.data()[1], small.data()[0], one.data()[0]};
  OwnedRecords owned;
  owned.append(mixed.data(), mixed.size());
  EXPECT_THAT(values_of(owned), ElementsAre("a", "b", "c", "d", "a"));
  EXPECT_EQ(owned.data()[0].block, owned.data()[2].block);
  EXPECT_EQ(owned.data()[3].block, small.get()) << "the small block need not be copied";
  EXPECT_EQ(one.others() + two.others(), 0u);
}

TEST(OwnedRecords, WithoutABlockTheBytesLiveAsLongAsTheJob) {
  Record record;
  record.value = slice("for ever");
  OwnedRecords owned;
  owned.append(&record, 1);
  EXPECT_EQ(owned.data()[0].value.data, record.value.data);
}

TEST(OwnedRecords, TakeOverAnother) {
  const RecordBlock block({"a", "b", "c"}, 3);
  OwnedRecords first, second, third;
  first.append(block.data(), 2);
  second.append(block.data() + 2, 1);
  const std::size_t bytes = first.bytes() + second.bytes();
  third.append(std::move(first));
  third.append(std::move(second));
  EXPECT_THAT(values_of(third), ElementsAre("a", "b", "c"));
  EXPECT_EQ(third.bytes(), bytes);
  OwnedRecords moved = std::move(third);
  EXPECT_THAT(values_of(moved), ElementsAre("a", "b", "c"));
  EXPECT_EQ(block.others(), 3u);
}

TEST(OwnedRecords, AdoptTakesTheCallersReference) {
  const RecordBlock block({"a"}, 1);
  {
    OwnedRecords owned;
    owned.adopt(host_memory::with_failure(block.data()[0], {"s", "error", "c", "m"}, 1));
    EXPECT_EQ(block.others(), 1u) << "the failure's block holds it";
    EXPECT_GE(owned.bytes(), sizeof(weir_failure));
  }
  EXPECT_EQ(block.others(), 0u);
}

TEST(OwnedRecords, SomeCanBeRemoved) {
  RecordBlock block({"a", "b", "c", "d"}, 4);
  OwnedRecords owned;
  owned.append(block.data(), block.size());
  const std::size_t bytes = owned.bytes();
  owned.remove_if([](const weir_record& r) { return view(r.value) == "a" || view(r.value) == "c"; });
  EXPECT_THAT(values_of(owned), ElementsAre("b", "d"));
  EXPECT_EQ(block.others(), 2u);
  EXPECT_LT(owned.bytes(), bytes);
  owned.remove_if([](const weir_record&) { return true; });
  EXPECT_THAT(values_of(owned), IsEmpty());
  EXPECT_EQ(owned.bytes(), 0u);
  EXPECT_EQ(block.others(), 0u);
}

TEST(OwnedRecords, GrowOneByOneWithoutMovingAllEachTime) {
  const RecordBlock block({"a"}, 1);
  OwnedRecords owned;
  int moved = 0;
  for (int i = 0; i < 10'000; ++i) {
    const weir_record* const before = owned.data();
    owned.append(block.data(), 1);
    moved += owned.data() != before ? 1 : 0;
  }
  EXPECT_EQ(owned.size(), 10'000u);
  EXPECT_LT(moved, 50);
}

}  // namespace
}  // namespace weir::test
