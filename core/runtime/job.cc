// SPDX-License-Identifier: Apache-2.0
#include "runtime/job.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace weir {
namespace {

std::vector<std::size_t> port_counts(const PipelineGraph& graph) {
  std::vector<std::size_t> counts;
  for (const auto& stage : graph.stages) counts.push_back(stage.ports.size());
  return counts;
}

}  // namespace

Job::Job(PipelineGraph graph, Log& log, const Clock& clock, CheckpointStore* store)
    : graph_(std::move(graph)),
      metrics_(port_counts(graph_), graph_.spec.tasks),
      services_{log, clock, metrics_, origins_, abort_},
      store_(store) {}

Job::~Job() {
  // A job that ended well has nothing to interrupt, and its sources may take their leave: a member of a Kafka
  // group that just goes away would keep its partitions from others until its session runs out.
  if (!wait(std::chrono::milliseconds(0)) || failure()) abort();
  for (auto& thread : threads_) thread.join();
}

std::string Job::start() {
  Task::Restored restored;
  if (store_ == nullptr && !graph_.spec.checkpoint_store.empty()) {
    folder_ = std::make_unique<CheckpointFolder>(graph_.spec.checkpoint_store, graph_.spec.name);
    if (auto problem = folder_->claim(); !problem.empty()) return problem;
    store_ = folder_.get();
  }
  if (store_ != nullptr) {
    auto loaded = store_->load(origins_);
    if (auto* problem = std::get_if<std::string>(&loaded)) return *problem;
    auto& saved = std::get<0>(loaded);
    restored = {std::move(saved.positions), std::move(saved.states)};
  }
  const std::lock_guard lock(mutex_);
  try {
    for (int i = 0; i < graph_.spec.tasks; ++i) {
      if (i == 0 || !graph_.has_exchange()) groups_.push_back(std::make_unique<TaskGroup>(graph_, store_, i));
      tasks_.push_back(std::make_unique<Task>(services_, graph_, i, *groups_.back(), restored));
    }
  } catch (const std::runtime_error& e) {
    tasks_.clear();
    return e.what();
  }
  running_ = tasks_.size();
  if (stop_requested_) {
    for (auto& task : tasks_) task->stop();
  }
  for (auto& task : tasks_) threads_.emplace_back([this, &t = *task] { run(t); });
  return {};
}

void Job::run(Task& task) {
  try {
    task.run();
  } catch (const std::exception& e) {
    task.stop_for({"pipeline", "exception", e.what()});
  }
  const std::lock_guard lock(mutex_);
  if (task.failure() && !failure_) failure_ = task.failure();
  if (task.failure()) {
    // What passed from or to this task is not complete, so its group may not commit.
    for (auto& other : tasks_) groups_.size() == 1 ? other->release() : other->stop();
  }
  --running_;
  changed_.notify_all();
}

void Job::stop() {
  const std::lock_guard lock(mutex_);
  stop_requested_ = true;
  for (auto& task : tasks_) task->stop();
}

void Job::abort() {
  abort_.raise();
  const std::lock_guard lock(mutex_);
  for (auto& task : tasks_) task->abort();
}

bool Job::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return running_ == 0; });
}

std::optional<StopReason> Job::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

double Job::progress() const {
  const std::lock_guard lock(mutex_);
  double sum = 0;
  for (const auto& task : tasks_) {
    const double p = task->progress();
    if (p < 0) return -1;
    sum += p;
  }
  return tasks_.empty() ? -1 : sum / static_cast<double>(tasks_.size());
}

}  // namespace weir
