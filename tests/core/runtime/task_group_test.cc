// SPDX-License-Identifier: Apache-2.0
#include "runtime/task_group.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <string_view>
#include <variant>

namespace weir {
namespace {

using Part = TaskGroup::Step::Part;

/// It takes as long as the test wants.
class SlowStore final : public CheckpointStore {
 public:
  std::string save(const Checkpoint&, std::string_view) override {
    go_on_.get_future().wait();
    return {};
  }
  bool is_slow() const override { return true; }
  std::variant<Loaded, std::string> load(Origins&) const override { return Loaded{}; }
  void go_on() { go_on_.set_value(); }

 private:
  std::promise<void> go_on_;
};

/// A group of two that has started and is called to a checkpoint.
class Meeting : public ::testing::Test {
 protected:
  Meeting() {
    for (auto& inbox : inboxes_) group_.add(inbox);
    all_rest();
    group_.call_checkpoint();
  }
  void all_rest() {
    const auto step = group_.step().number;
    for (std::size_t member = 0; member < 2; ++member) group_.rest(member, step);
  }

  PipelineGraph graph_;
  Inbox inboxes_[2];
  TaskGroup group_{graph_, 0, 0, nullptr};
};

TEST_F(Meeting, IsDroppedAsLongAsNothingHasBeenTold) {
  ASSERT_EQ(group_.step().part, Part::kDrain);
  EXPECT_TRUE(group_.drop());
  EXPECT_EQ(group_.step().part, Part::kNone);
  EXPECT_TRUE(group_.drop()) << "none is on";
}

/// What was noted as changed would be missing in the next checkpoint.
TEST_F(Meeting, GoesOnWhenWhatIsHeldHasBeenTold) {
  all_rest();
  ASSERT_EQ(group_.step().part, Part::kShare);
  EXPECT_FALSE(group_.drop());
  all_rest();
  ASSERT_EQ(group_.step().part, Part::kSave);
  EXPECT_FALSE(group_.drop());
  all_rest();
  all_rest();
  EXPECT_EQ(group_.step().part, Part::kNone);
}

TEST_F(Meeting, ThatEndsTheGroupGoesOn) {
  group_.call_end();
  EXPECT_FALSE(group_.drop()) << "behind the checkpoint it is the end";
  EXPECT_TRUE(group_.step().last);
  EXPECT_FALSE(group_.drop());
  EXPECT_EQ(group_.step().part, Part::kDrain);
}

TEST(TaskGroup, WhileACheckpointIsSavedBesideTheStreamOnlyAGiveUpGetsAMeeting) {
  const PipelineGraph graph;
  Inbox inbox;
  SlowStore store;
  TaskGroup group(graph, 0, 0, &store);
  group.add(inbox);
  const auto rest = [&] { group.rest(0, group.step().number); };
  rest();
  ASSERT_TRUE(group.call_checkpoint());
  while (group.step().part != Part::kSave) rest();
  ASSERT_TRUE(group.step().beside);
  group.save_beside(group.checkpoint());
  rest();
  ASSERT_EQ(group.step().part, Part::kNone);
  EXPECT_FALSE(group.call_checkpoint());
  EXPECT_TRUE(group.call_checkpoint(true));
  EXPECT_TRUE(group.step().partial) << "what waits for workers goes on waiting at once";
  store.go_on();
  group.finish_saving();
}

TEST(TaskGroup, TheStartIsNotDropped) {
  const PipelineGraph graph;
  Inbox inbox;
  TaskGroup group(graph, 0, 0, nullptr);
  group.add(inbox);
  EXPECT_FALSE(group.drop());
  EXPECT_EQ(group.step().part, Part::kDrain);
}

}  // namespace
}  // namespace weir
