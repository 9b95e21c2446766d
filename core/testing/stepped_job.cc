// SPDX-License-Identifier: Apache-2.0
#include "testing/stepped_job.h"

namespace weir {

SteppedJob::SteppedJob(const PipelineGraph& graph, Conductor& conductor, Log& log, const Clock& clock,
                       CheckpointStore& store)
    : conductor_(conductor), tasks_(graph.spec.tasks), job_(graph, log, clock, &store) {
  std::size_t exchanges = 0;
  for (std::size_t i = 0; i < graph.stages.size(); ++i) exchanges += graph.has_exchange_before(i) ? 1 : 0;
  rounds_ = 2 * (exchanges + 1);
}

std::string SteppedJob::start() {
  conductor_.start_again(tasks_);
  if (auto problem = job_.start(); !problem.empty()) return problem;
  return wait() ? "" : kNoRest;
}

bool SteppedJob::go_around() {
  return order(Conductor::Order::kGoOn);
}

bool SteppedJob::settle() {
  // The first time around brings what the sources have, the second one the timers that were set meanwhile.
  // What passes to another task is there the next time around.
  for (std::size_t left = rounds_; left > 0; --left) {
    if (!go_around()) return false;
  }
  return true;
}

bool SteppedJob::checkpoint() {
  return order(Conductor::Order::kCheckpoint);
}

bool SteppedJob::end() {
  return order(Conductor::Order::kEnd);
}

bool SteppedJob::order(Conductor::Order order) {
  if (ended_) return true;
  conductor_.give(order);
  return wait();
}

bool SteppedJob::wait() {
  constexpr std::chrono::milliseconds kLook{1};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!conductor_.wait_for_rest(kLook)) {
    // A pipeline that stops does not come to rest first.
    ended_ = job_.wait(std::chrono::milliseconds(0));
    if (ended_) return true;
    // One that has failed takes the others with it, which may be at rest.
    if (job_.failure()) conductor_.release();
    if (std::chrono::steady_clock::now() >= deadline) return false;
  }
  return true;
}

}  // namespace weir
