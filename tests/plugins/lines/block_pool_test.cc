// SPDX-License-Identifier: Apache-2.0
#include "lines/block_pool.h"

#include <gtest/gtest.h>
#include <weir/testing.h>

namespace weir {
namespace {

struct Blocks : ::testing::Test {
  weir_context state;
  Context context{&testing::host(), &state};
};

TEST_F(Blocks, ABlockIsUsedAgainOnceNobodyRefersToIt) {
  BlockPool pool(1024);
  Block block = pool.take(context);
  const Block record = block;
  const char* const memory = block.data();
  pool.give(std::move(block));
  EXPECT_NE(pool.take(context).data(), memory) << "a record still refers to it";
  const_cast<Block&>(record) = Block();
  EXPECT_EQ(pool.take(context).data(), memory);
}

TEST_F(Blocks, WhatACallHasTakenStaysAsItIsUntilTheNext) {
  BlockArena arena(64);
  arena.begin_call();
  char* const first = arena.room(context, 60);
  first[0] = 'a';
  arena.use(60);
  char* const second = arena.room(context, 60);
  arena.use(60);
  EXPECT_NE(second, first);
  EXPECT_EQ(first[0], 'a');
}

TEST_F(Blocks, ThePaddingBehindARecordThatIsAliveIsNotWritten) {
  BlockArena arena(1024);
  arena.begin_call();
  char* const first = arena.room(context, 10);
  arena.use(10);
  weir_record alive{};
  alive.block = arena.block();
  testing::host().retain(&alive, 1);
  arena.begin_call();
  EXPECT_GE(arena.room(context, 10), first + 10 + WEIR_PADDING);
  testing::host().release(&alive, 1);
  arena.begin_call();
  EXPECT_EQ(arena.room(context, 10), first);
}

TEST_F(Blocks, SomethingLargerThanABlockHasOneOfItsOwn) {
  BlockArena arena(64);
  arena.begin_call();
  char* const room = arena.room(context, 100'000);
  room[99'999] = 'x';
  arena.use(100'000);
  EXPECT_NE(arena.room(context, 10), nullptr);
}

}  // namespace
}  // namespace weir
