// SPDX-License-Identifier: Apache-2.0
//
// What a task does with state by partition: partitions come and go, each with its lane.
#include <weir/fail_point.h>

#include "runtime/task.h"

namespace weir {

bool Task::take_over(const weir_origin* const* origins, std::size_t count, std::uint32_t partitions) {
  if (lanes_ == nullptr || failed()) return false;
  if (!lanes_->take_over({origins, origins + count}, partitions)) return false;
  // In a meeting nothing may be set off: what it flushes and what it saves would differ. Behind the last one
  // the source's poll may still go on; what it reads is not saved.
  if (!group_.called() || over_) lanes_->start_new();
  return !failed();
}

/// Saved in a meeting, in which the others save nothing, so that it is short; then they are gone, saved or
/// not: who has them next goes on with what is saved, and reads again what came after that.
void Task::give_up_lanes(const std::vector<const weir_origin*>& gone, bool lost) {
  const auto until = Clock::now() + kGiveUpTime;
  if (!lost && !failed() && !over_) {
    bool alone = !group_.called();
    lanes_go_ = true;
    if (!alone) {
      if (const auto step = group_.step(); !step.partial) group_.put_off(step.number);
      take_part(until);
      // It did not tell the sink which partitions go: that takes one more.
      alone = graph_.spec.exactly_once && !failed() && !over_ && !group_.called();
    }
    if (alone) {
      leaving_ = gone;
      group_.call_checkpoint(true);
      take_part(until);
    }
    // Behind this the source may go on reading, and that must not be in a meeting: it would be saved without
    // having been flushed. One that was on before goes on: within it a source only keeps itself alive.
    while (alone && !failed() && !over_ && !group_.drop()) take_part(Clock::time_point::max());
    lanes_go_ = false;
  }
  if (graph_.spec.exactly_once && !failed() && (lost || !lanes_->have_left(gone))) {
    stop_for({"checkpoint", "partitions_lost",
              "partitions have gone to another owner before what was read of them was committed; it is taken "
              "back, and read again by that one"});
  }
  lanes_->close(gone);
  leaving_.clear();
  if (!group_.called()) pause_workers(false);
  for (const auto* origin : gone) sources_.front()->forget_origin(origin);
}

void Task::save_lanes(bool last) {
  for (const auto& node : nodes_) {
    if (node->held(saves_) == 0) continue;
    // They would be read again, and counted twice by the state of other stages.
    return stop_for({node->name(), "held",
                     "the stage keeps records over a checkpoint without being stateful, so a checkpoint `by: "
                     "partition` cannot be kept"});
  }
  WEIR_FAIL_POINT("meeting.save");
  if (graph_.keeper) {
    SinkCheckpoint checkpoint = lanes_->hand_over(group_.held(), leaving_, last);
    checkpoint.claims = group_.claims();
    nodes_[*graph_.keeper]->save_checkpoint(std::move(checkpoint));
  } else if (auto problem = lanes_->save(group_.held(), leaving_); !problem.empty()) {
    return stop_for({"checkpoint", "store", std::move(problem)});
  }
  WEIR_FAIL_POINT("meeting.saved");
}

}  // namespace weir
