// SPDX-License-Identifier: Apache-2.0
#include "state/window_lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "record_block.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(WindowLists, EachKeyAndWindowHasAListOfItsOwn) {
  const RecordBlock block({"a", "b", "c", "d"}, 4);
  WindowLists lists;
  EXPECT_EQ(lists.append(slice("k"), 0, block.data(), 1), 1u);
  EXPECT_EQ(lists.append(slice("k"), 1, block.data() + 1, 1), 1u);
  EXPECT_EQ(lists.append(slice("l"), 0, block.data() + 2, 1), 1u);
  EXPECT_EQ(lists.append(slice("k"), 0, block.data() + 3, 1), 2u);
  EXPECT_THAT(values_of(lists.take(slice("k"), 0)), ElementsAre("a", "d"));
  EXPECT_THAT(values_of(lists.take(slice("k"), 1)), ElementsAre("b"));
  EXPECT_THAT(values_of(lists.take(slice("l"), 0)), ElementsAre("c"));
}

TEST(WindowLists, AListThatWasTakenBeginsAnew) {
  const RecordBlock block({"a"}, 1);
  WindowLists lists;
  EXPECT_THAT(values_of(lists.take(kAbsent, 0)), IsEmpty());
  lists.append(kAbsent, 0, block.data(), 1);
  EXPECT_THAT(values_of(lists.take(kAbsent, 0)), ElementsAre("a"));
  EXPECT_THAT(values_of(lists.take(kAbsent, 0)), IsEmpty());
  EXPECT_EQ(lists.append(kAbsent, 0, block.data(), 1), 1u);
}

TEST(WindowLists, AllThatIsHeldCanBeSeen) {
  const RecordBlock block({"a", "b", "c"}, 3);
  WindowLists lists;
  lists.append(slice("k"), 0, block.data(), 2);
  lists.append(slice("l"), -5, block.data() + 2, 1);
  std::vector<std::string> seen;
  lists.for_each([&](const OwnedRecords& list) {
    for (const auto& value : values_of(list)) seen.push_back(value);
  });
  EXPECT_THAT(seen, UnorderedElementsAre("a", "b", "c"));
}

TEST(WindowLists, RecordsThatAnotherOwnerReadsAgainAreForgotten) {
  const RecordBlock block({"mine", "theirs", "theirs"}, 16);
  WindowLists lists;
  lists.append(slice("k"), 0, block.data(), 2);
  lists.append(slice("l"), 0, block.data() + 2, 1);
  lists.remove_if([](const weir_record& r) { return view(r.value) == "theirs"; });
  int left = 0;
  lists.for_each([&](const OwnedRecords&) { ++left; });
  EXPECT_EQ(left, 1) << "an empty list is no list";
  EXPECT_THAT(values_of(lists.take(slice("k"), 0)), ElementsAre("mine"));
  EXPECT_THAT(values_of(lists.take(slice("l"), 0)), IsEmpty());
}

}  // namespace
}  // namespace weir::test
