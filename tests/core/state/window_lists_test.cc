// SPDX-License-Identifier: Apache-2.0
#include "state/window_lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kept_states.h"
#include "record_block.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

template <class Kept>
class WindowListsOf : public ::testing::Test {
 protected:
  Kept kept;
};
using Kinds = ::testing::Types<InMemory, InStore>;
TYPED_TEST_SUITE(WindowListsOf, Kinds);

TYPED_TEST(WindowListsOf, EachKeyAndWindowHasAListOfItsOwn) {
  const RecordBlock block({"a", "b", "c", "d"}, 4);
  auto lists = this->kept.lists();
  EXPECT_EQ(lists.append(slice("k"), 0, block.data(), 1), 1u);
  EXPECT_EQ(lists.append(slice("k"), 1, block.data() + 1, 1), 1u);
  EXPECT_EQ(lists.append(slice("l"), 0, block.data() + 2, 1), 1u);
  EXPECT_EQ(lists.append(slice("k"), 0, block.data() + 3, 1), 2u);
  EXPECT_THAT(values_of(lists.take(slice("k"), 0)), ElementsAre("a", "d"));
  EXPECT_THAT(values_of(lists.take(slice("k"), 1)), ElementsAre("b"));
  EXPECT_THAT(values_of(lists.take(slice("l"), 0)), ElementsAre("c"));
}

TYPED_TEST(WindowListsOf, AListThatWasTakenBeginsAnew) {
  const RecordBlock block({"a"}, 1);
  auto lists = this->kept.lists();
  EXPECT_THAT(values_of(lists.take(kAbsent, 0)), IsEmpty());
  lists.append(kAbsent, 0, block.data(), 1);
  EXPECT_THAT(values_of(lists.take(kAbsent, 0)), ElementsAre("a"));
  EXPECT_THAT(values_of(lists.take(kAbsent, 0)), IsEmpty());
  EXPECT_EQ(lists.append(kAbsent, 0, block.data(), 1), 1u);
}

TYPED_TEST(WindowListsOf, AllThatIsHeldCanBeSeen) {
  const RecordBlock block({"a", "b", "c"}, 3);
  auto lists = this->kept.lists();
  lists.append(slice("k"), 0, block.data(), 2);
  lists.append(slice("l"), -5, block.data() + 2, 1);
  std::vector<std::string> seen;
  lists.for_each([&](const OwnedRecords& list) {
    for (const auto& value : values_of(list)) seen.push_back(value);
  });
  EXPECT_THAT(seen, UnorderedElementsAre("a", "b", "c"));
}

TYPED_TEST(WindowListsOf, RecordsThatAnotherOwnerReadsAgainAreForgotten) {
  const RecordBlock block({"mine", "theirs", "theirs"}, 16);
  auto lists = this->kept.lists();
  lists.append(slice("k"), 0, block.data(), 2);
  lists.append(slice("l"), 0, block.data() + 2, 1);
  lists.remove_if([](const weir_record& r) { return view(r.value) == "theirs"; });
  int left = 0;
  lists.for_each([&](const OwnedRecords&) { ++left; });
  EXPECT_EQ(left, 1) << "an empty list is no list";
  EXPECT_THAT(values_of(lists.take(slice("k"), 0)), ElementsAre("mine"));
  EXPECT_THAT(values_of(lists.take(slice("l"), 0)), IsEmpty());
}

TYPED_TEST(WindowListsOf, RecordsAreForgottenFromTheFrontAlsoWhereSomeBehindThemAreGone) {
  const RecordBlock block({"a", "b", "c", "d", "e"}, 5);
  auto lists = this->kept.lists();
  lists.append(slice("k"), 0, block.data(), 5);
  TypeParam::relieve(lists);
  lists.remove_if([](const weir_record& r) { return view(r.value) == "b"; });
  lists.drop_front(slice("k"), 0, 2);
  TypeParam::relieve(lists);
  EXPECT_THAT(values_of(*lists.find(slice("k"), 0)), ElementsAre("d", "e"));
  EXPECT_EQ(lists.append(slice("k"), 0, block.data(), 1), 3u);
  lists.drop_front(slice("k"), 0, 3);
  EXPECT_EQ(lists.find(slice("k"), 0), nullptr);
}

TYPED_TEST(WindowListsOf, AListThatMovesStandsBehindTheOther) {
  const RecordBlock block({"a", "b", "c"}, 3);
  auto lists = this->kept.lists();
  lists.append(slice("k"), 1, block.data(), 1);
  lists.append(slice("k"), 2, block.data() + 1, 2);
  TypeParam::relieve(lists);
  EXPECT_EQ(lists.move(slice("k"), 1, 2), 3u);
  EXPECT_EQ(lists.move(slice("k"), 2, 2), 3u);
  EXPECT_THAT(values_of(lists.take(slice("k"), 2)), ElementsAre("b", "c", "a"));
  EXPECT_EQ(lists.move(slice("k"), 1, 3), 0u);
}

TYPED_TEST(WindowListsOf, AListThatIsShownAgainIsTheSameUntilItIsChanged) {
  const RecordBlock block({"a", "b", "c"}, 3);
  auto lists = this->kept.lists();
  const auto list = [&](std::int64_t window) { return values_of(*lists.find(slice("k"), window)); };
  lists.append(slice("k"), 0, block.data(), 2);
  const OwnedRecords* const shown = lists.find(slice("k"), 0);
  EXPECT_EQ(lists.find(slice("k"), 0), shown);
  EXPECT_THAT(values_of(*shown), ElementsAre("a", "b"));
  lists.append(slice("k"), 0, block.data() + 2, 1);
  EXPECT_THAT(list(0), ElementsAre("a", "b", "c"));
  lists.drop_front(slice("k"), 0, 1);
  EXPECT_THAT(list(0), ElementsAre("b", "c"));
  lists.drop_front(slice("k"), 0, 1);
  EXPECT_THAT(list(0), ElementsAre("c"));
  lists.append(slice("k"), 5, block.data(), 1);
  EXPECT_THAT(list(5), ElementsAre("a"));
  EXPECT_EQ(lists.move(slice("k"), 0, 5), 2u);
  EXPECT_EQ(lists.find(slice("k"), 0), nullptr);
  EXPECT_THAT(list(5), ElementsAre("a", "c"));
  lists.clear(slice("k"), 5);
  EXPECT_EQ(lists.find(slice("k"), 5), nullptr);
}

TYPED_TEST(WindowListsOf, AListMayBeTakenByAKeyThatStandsInIt) {
  const RecordBlock block({"k", "l"}, 2);
  auto lists = this->kept.lists();
  lists.append(slice("k"), 0, block.data(), 2);
  const weir_slice key = lists.find(slice("k"), 0)->data()->value;
  const OwnedRecords taken = lists.take(key, 0);
  EXPECT_EQ(view(key), "k");
  EXPECT_THAT(values_of(taken), ElementsAre("k", "l"));
}

}  // namespace
}  // namespace weir::test
