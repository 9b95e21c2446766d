// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker_pool.h"

#include <weir/host_memory.h>

#include <utility>

#include "runtime/crash_notes.h"
#include "runtime/stage_node.h"

namespace weir {

/// The door of an instance on a worker's thread: what it emits is kept with the work and goes out on the
/// task's thread, in order.
class WorkerPool::Context final : public InstanceContext {
 public:
  using InstanceContext::InstanceContext;

  void begin(Work* work) { work_ = work; }

  void emit(std::uint32_t port, const weir_record* records, std::size_t count) override {
    if (port == WEIR_ERROR_PORT)
      throw std::logic_error("records leave by the error port with fail(), not emit()");
    output(port).append(records, count);
  }
  void emit_group(std::uint32_t port, const weir_group& group) override {
    (void)port_name(port);
    auto& out = current().outputs.emplace_back(Work::Output{port, {}, GroupBounds::of(group)});
    out.records.append(group.records, group.count);
  }
  void fail(std::uint32_t port, const weir_record* records, std::size_t count, weir_slice code,
            weir_slice message) override {
    auto& out = output(port);
    for (std::size_t i = 0; i < count; ++i) {
      out.adopt(host_memory::with_failure(records[i],
                                          {stage_name(), port_name(port), view(code), view(message)}, now()));
    }
  }
  bool sleep(std::int64_t milliseconds) override {
    return services_.abort.wait(std::chrono::milliseconds(milliseconds));
  }

 private:
  Work& current() {
    if (work_ == nullptr) throw std::logic_error("records can only be emitted during a call");
    return *work_;
  }
  OwnedRecords& output(std::uint32_t port) {
    (void)port_name(port);
    auto& outputs = current().outputs;
    if (outputs.empty() || outputs.back().port != port || outputs.back().group) {
      outputs.push_back({port, {}, std::nullopt});
    }
    return outputs.back().records;
  }

  Work* work_ = nullptr;
};

struct WorkerPool::Worker {
  explicit Worker(Services& services, const PipelineGraph& graph, std::size_t stage,
                  InstanceContext::Position at)
      : context(services, graph, stage, at) {}
  Context context;
  std::mutex instance_mutex;  // guards making and unmaking of `instance` against interrupt()
  weir_instance* instance = nullptr;
  std::deque<Work*> own;
  std::thread thread;
};

WorkerPool::WorkerPool(Services& services, const PipelineGraph& graph, std::size_t stage, int task_number,
                       std::function<void(Work&)> done)
    : stage_(graph.stages[stage]), done_(std::move(done)) {
  const int n = stage_.spec.concurrency;
  for (int i = 0; i < n; ++i) {
    workers_.push_back(std::make_unique<Worker>(
        services, graph, stage, InstanceContext::Position{task_number, graph.spec.tasks, i, n}));
  }
  for (auto& worker : workers_) {
    worker->thread = std::thread([this, &w = *worker] { run(w); });
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  for (auto& worker : workers_) worker->thread.join();
}

void WorkerPool::submit(Work& work) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(&work);
  changed_.notify_one();
}

void WorkerPool::submit_to(int worker, Work& work) {
  const std::lock_guard lock(mutex_);
  workers_[static_cast<std::size_t>(worker)]->own.push_back(&work);
  changed_.notify_all();
}

void WorkerPool::interrupt() {
  if (stage_.plugin->interrupt == nullptr) return;
  for (auto& worker : workers_) {
    const std::lock_guard lock(worker->instance_mutex);
    if (worker->instance != nullptr) stage_.plugin->interrupt(worker->instance);
  }
}

Work* WorkerPool::next(Worker& worker) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || !worker.own.empty() || !queue_.empty(); });
  if (closed_) return nullptr;
  auto& from = worker.own.empty() ? queue_ : worker.own;
  Work* work = from.front();
  from.pop_front();
  return work;
}

void WorkerPool::run(Worker& worker) {
  const CrashNotes::HandlerStack stack;
  while (Work* work = next(worker)) {
    perform(worker, *work);
    done_(*work);
  }
  const std::lock_guard lock(worker.instance_mutex);
  if (worker.instance != nullptr) stage_.plugin->destroy(std::exchange(worker.instance, nullptr));
}

void WorkerPool::perform(Worker& worker, Work& work) {
  worker.context.begin(&work);
  work.status = call(worker, work);
  worker.context.begin(nullptr);
  if (work.status < 0) work.error = worker.context.take_error();
  if (auto failure = worker.context.take_host_failure()) {
    work.status = WEIR_STOP;
    work.error = *std::move(failure);
  }
  if (work.status == WEIR_STOP && work.error.code != "host" && work.error.code != "memory") note_stop(work);
}

void WorkerPool::note_stop(const Work& work) const {
  if (!blames_records(stage_)) return;
  if (work.kind == Work::Kind::kRecords) {
    CrashNotes::note_stop({stage_.spec.name, work.records.data(), work.records.size()});
  } else if (work.kind == Work::Kind::kGroup) {
    CrashNotes::note_stop({stage_.spec.name, work.bounds.with(work.records)});
  }
}

weir_status WorkerPool::call(Worker& worker, Work& work) {
  const weir_plugin& plugin = *stage_.plugin;
  weir_context* context = &worker.context;
  switch (work.kind) {
    case Work::Kind::kStart: {
      weir_instance* made = plugin.create(stage_.open->get(), context);
      const std::lock_guard lock(worker.instance_mutex);
      worker.instance = made;
      if (made == nullptr) return WEIR_STOP;
      break;
    }
    case Work::Kind::kRecords: {
      const weir_batch batch{
          sizeof(weir_batch), work.input, work.records.data(), work.records.size(), nullptr, 0, 0};
      const OnHand on_hand(stage_.spec.name, work.records.data(), work.records.size());
      return plugin.process(worker.instance, context, &batch);
    }
    case Work::Kind::kGroup: {
      weir_group group = work.bounds.with(work.records);
      group.input = work.input;
      const OnHand on_hand(stage_.spec.name, group);
      return plugin.process_group(worker.instance, context, &group);
    }
    case Work::Kind::kFinish:
      return plugin.finish == nullptr ? WEIR_OK : plugin.finish(worker.instance, context);
    case Work::Kind::kWatermark:
    case Work::Kind::kIdle:
      return WEIR_OK;
    case Work::Kind::kFlush:
      return plugin.flush == nullptr ? WEIR_OK : plugin.flush(worker.instance, context);
    case Work::Kind::kPrepare: {
      weir_slice transaction{};
      const weir_status status = plugin.prepare(worker.instance, context, work.checkpoint, &transaction);
      work.prepared = view(transaction);
      return status;
    }
    case Work::Kind::kCommitPrepared:
      return plugin.commit_prepared(worker.instance, context);
    case Work::Kind::kSaveCheckpoint:
      return work.saved.as_c(
          [&](const weir_checkpoint* c) { return plugin.save_checkpoint(worker.instance, context, c); });
  }
  return plugin.start(worker.instance, context);
}

}  // namespace weir
