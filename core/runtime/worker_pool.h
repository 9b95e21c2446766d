// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/instance_context.h"
#include "runtime/work.h"

namespace weir {

/// The threads of one stage within one task, each with an instance of the plugin.
class WorkerPool {
 public:
  /// `done(work)` is called on the worker's thread, after which the pool no longer touches the work.
  WorkerPool(Services& services, const PipelineGraph& graph, std::size_t stage, int task_number,
             std::function<void(Work&)> done);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  /// Waits for the calls that are running, leaves the rest undone, destroys the instances.
  ~WorkerPool();

  int size() const { return static_cast<int>(workers_.size()); }
  /// For any worker, in the order of submission. The caller keeps `work` alive until it is done.
  void submit(Work& work);
  /// For one worker, before anything else waiting.
  void submit_to(int worker, Work& work);
  /// Tells all instances that the pipeline aborts. [any-thread]
  void interrupt();

 private:
  class Context;
  struct Worker;

  void run(Worker& worker);
  Work* next(Worker& worker);
  void perform(Worker& worker, Work& work);
  /// Lays a stop upon the records of the call.
  void note_stop(const Work& work) const;
  weir_status call(Worker& worker, Work& work);

  const GraphStage& stage_;
  const std::function<void(Work&)> done_;

  std::mutex mutex_;  // guards what follows, and the workers' own queues
  std::condition_variable changed_;
  std::deque<Work*> queue_;
  bool closed_ = false;

  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace weir
