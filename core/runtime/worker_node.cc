// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker_node.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "runtime/standstill.h"

namespace weir {

WorkerNode::WorkerNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
                       int task_number)
    : StageNode(services, task, graph, stage, task_number),
      pool_(std::make_unique<WorkerPool>(services, graph, stage, task_number,
                                         [this](Work& work) { task_.work_done(*this, work); })) {}

void WorkerNode::take(const weir_record* records, std::size_t count, Inlet inlet) {
  if (task_.failed() || count == 0) return;
  counts_.in.add(count);
  if (services_.suspects.none()) return enqueue_records(records, count, inlet.input, false);
  for_each_part(records, count, [&](std::size_t first, std::size_t n) {
    enqueue_records(records + first, n, inlet.input, true);
  });
}

void WorkerNode::enqueue_records(const weir_record* records, std::size_t count, std::uint32_t input,
                                 bool alone) {
  const bool shared = pool_->size() > 1 && stage_.spec.kind != StageKind::kSink;
  const auto workers = static_cast<std::size_t>(pool_->size());
  const std::size_t share = shared ? std::min(kShare, (count + workers - 1) / workers) : count;
  for (std::size_t i = 0; i < count; i += share) {
    auto work = std::make_unique<Work>();
    work->records.append(records + i, std::min(share, count - i));
    work->input = input;
    work->alone = alone;
    enqueue(std::move(work));
  }
}

void WorkerNode::take(const weir_group& group, Inlet inlet) {
  if (task_.failed()) return;
  counts_.in.add(group.count);
  if (set_aside(group)) return;
  auto work = std::make_unique<Work>();
  work->kind = Work::Kind::kGroup;
  work->bounds = GroupBounds::of(group);
  work->input = inlet.input;
  work->records.append(group.records, group.count);
  enqueue(std::move(work));
}

void WorkerNode::enqueue(std::unique_ptr<Work> work) {
  bytes_ += work->records.bytes();
  works_.push_back(std::move(work));
  hand_over();
}

void WorkerNode::hand_over() {
  // Two for each worker: one that it does and one that waits for it, so that it need not wait for the task.
  const std::size_t enough = 2 * static_cast<std::size_t>(pool_->size());
  while (!paused_ && running_ < enough && handed_out_ < works_.size() && !task_.failed()) {
    if (works_[handed_out_]->is_mark()) {
      ++handed_out_;
      continue;
    }
    if (full_behind()) return;
    // A sink that is busy gathers what comes meanwhile into one write.
    if (stage_.spec.kind == StageKind::kSink && works_[handed_out_]->kind == Work::Kind::kRecords) {
      if (running_ >= static_cast<std::size_t>(pool_->size())) return;
      merge_into(handed_out_);
    }
    Work& work = *works_[handed_out_++];
    ++running_;
    pool_->submit(work);
  }
}

void WorkerNode::merge_into(std::size_t index) {
  Work& first = *works_[index];
  if (first.alone) return;
  std::size_t end = index + 1;
  std::size_t bytes = first.records.bytes();
  std::size_t records = first.records.size();
  for (; end < works_.size(); ++end) {
    const Work& next = *works_[end];
    bytes += next.records.bytes();
    records += next.records.size();
    if (next.kind != Work::Kind::kRecords || next.alone || next.input != first.input ||
        records > kMergedRecords || bytes > kMergedBytes)
      break;
  }
  for (std::size_t i = index + 1; i < end; ++i) first.records.append(std::move(works_[i]->records));
  works_.erase(works_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
               works_.begin() + static_cast<std::ptrdiff_t>(end));
}

void WorkerNode::submit_to_each(Work::Kind kind) {
  for (int i = 0; i < pool_->size(); ++i) {
    auto work = std::make_unique<Work>();
    work->kind = kind;
    submit_to(i, std::move(work));
  }
}

void WorkerNode::submit_to(int worker, std::unique_ptr<Work> work) {
  Work& submitted = *work;
  submitted.worker = worker;
  works_.insert(works_.begin() + static_cast<std::ptrdiff_t>(handed_out_), std::move(work));
  ++handed_out_;
  ++running_;
  pool_->submit_to(worker, submitted);
}

void WorkerNode::pause(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  hand_over();
}

void WorkerNode::flush() {
  if (stage_.plugin->flush != nullptr) submit_to_each(Work::Kind::kFlush);
}

void WorkerNode::prepare(std::uint64_t checkpoint, bool saver) {
  if ((stage_.transactions & WEIR_IN_TRANSACTIONS) == 0) return;
  prepared_.assign(static_cast<std::size_t>(pool_->size()), {});
  for (int i = saver ? 1 : 0; i < pool_->size(); ++i) {
    auto work = std::make_unique<Work>();
    work->kind = Work::Kind::kPrepare;
    work->checkpoint = checkpoint;
    submit_to(i, std::move(work));
  }
}

void WorkerNode::save_checkpoint(SinkCheckpoint&& checkpoint) {
  auto work = std::make_unique<Work>();
  work->kind = Work::Kind::kSaveCheckpoint;
  work->saved = std::move(checkpoint);
  submit_to(0, std::move(work));
}

void WorkerNode::commit_prepared() {
  for (std::size_t i = 0; i < prepared_.size(); ++i) {
    if (std::exchange(prepared_[i], {}).empty()) continue;
    auto work = std::make_unique<Work>();
    work->kind = Work::Kind::kCommitPrepared;
    submit_to(static_cast<int>(i), std::move(work));
  }
}

void WorkerNode::append_prepared(std::vector<Checkpoint::Prepared>& prepared) const {
  for (const auto& transaction : prepared_) {
    if (!transaction.empty()) prepared.push_back({name(), transaction});
  }
}

void WorkerNode::deliver(Work& done) {
  done.done = true;
  --running_;
  if (!stage_.spec.ordered && !behind_mark(done)) send_one(done);
  send_finished();
  hand_over();
}

/// Sends what is done: from the front on, and with `order: any` all that stands before the first mark.
void WorkerNode::send_finished() {
  while (!works_.empty() && works_.front()->done) {
    send_one(*works_.front());
    if (stage_.spec.ordered) continue;
    for (std::size_t i = 0; i < works_.size() && !works_[i]->is_mark();) {
      if (works_[i]->done) {
        send_one(*works_[i]);
      } else {
        ++i;
      }
    }
  }
}

void WorkerNode::send_one(const Work& which) {
  const auto at =
      std::find_if(works_.begin(), works_.end(), [&](const auto& w) { return w.get() == &which; });
  const std::unique_ptr<Work> work = std::move(*at);
  works_.erase(at);
  // A mark may be sent before its turn to be handed out has come.
  if (handed_out_ > 0) --handed_out_;
  send(*work);
}

bool WorkerNode::behind_mark(const Work& work) const {
  for (const auto& w : works_) {
    if (w.get() == &work) return false;
    if (w->is_mark()) return true;
  }
  return false;
}

void WorkerNode::on_watermark(std::int64_t time) {
  enqueue_mark(Work::Kind::kWatermark, time);
}

void WorkerNode::on_idle(bool idle) {
  enqueue_mark(Work::Kind::kIdle, idle ? 1 : 0);
}

void WorkerNode::enqueue_mark(Work::Kind kind, std::int64_t value) {
  // A sink leads on to its error port only, where nobody asks for the time.
  if (stage_.spec.kind == StageKind::kSink) return;
  auto mark = std::make_unique<Work>();
  mark->kind = kind;
  mark->mark = value;
  mark->done = true;
  works_.push_back(std::move(mark));
  hand_over();
  send_finished();
}

void WorkerNode::send(Work& work) {
  if (work.kind == Work::Kind::kWatermark) return tell_watermark(work.mark);
  if (work.kind == Work::Kind::kIdle) return tell_idle(work.mark != 0);
  if (work.kind == Work::Kind::kPrepare) {
    prepared_[static_cast<std::size_t>(work.worker)] = std::move(work.prepared);
  }
  bytes_ -= std::min(bytes_, work.records.bytes());
  for (const auto& out : work.outputs) {
    if (task_.failed()) return;
    if (out.group) {
      outlet(out.port).emit(out.group->with(out.records));
    } else {
      send_out(out.port, out.records.data(), out.records.size());
    }
  }
  if (work.status >= 0 || task_.failed()) return;
  if (work.status == WEIR_STOP || work.records.empty()) return task_.stop_for(std::move(work.error));
  send_failed(WEIR_ERROR_PORT, stage_.error.name, work.records.data(), work.records.size(), work.error.code,
              work.error.message);
}

void WorkerNode::hold(HeldPositions& held, bool saved) const {
  if (saved) return;
  for (const auto& work : works_) held.add(work->records.data(), work->records.size());
}

std::uint64_t WorkerNode::held(bool saved) const {
  std::uint64_t count = 0;
  for (const auto& work : works_) count += saved ? 0 : work->records.size();
  return count;
}

void WorkerNode::save(Checkpoint::StageState& to, bool /*changes*/) {
  std::vector<const Work*> waiting;
  for (const auto& work : works_) {
    if (work->kind == Work::Kind::kRecords || work->kind == Work::Kind::kGroup) waiting.push_back(work.get());
  }
  if (waiting.empty()) return;
  SnapshotWriter snapshot;
  snapshot.number(kWaitingWork);
  save_works(snapshot, waiting);
  to.snapshot = snapshot.take();
}

void WorkerNode::load(const std::vector<std::string_view>& layers, const FindOrigin& origins, SavedBy by) {
  if (by == SavedBy::kOtherTask) return;
  SnapshotReader from(layers.back());
  if (from.number() != kWaitingWork) throw std::runtime_error("it is of a stage that waits for nothing");
  // A task that saves its share first would otherwise overwrite what another one has not saved yet.
  if (by == SavedBy::kOtherRun) {
    throw std::runtime_error(
        "records waited for its workers when there were not as many tasks as now; start the pipeline with as "
        "many as before and stop it in order, then change `tasks`");
  }
  for (auto& work : load_works(from, origins)) {
    bytes_ += work->records.bytes();
    works_.push_back(std::move(work));
  }
}

}  // namespace weir
