// SPDX-License-Identifier: Apache-2.0
#include "runtime/task.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "runtime/inline_node.h"
#include "runtime/worker_node.h"

namespace weir {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

Task::Task(Services& services, const PipelineGraph& graph, int number, CheckpointStore* store,
           const std::vector<weir_position>& restored, std::string_view state)
    : services_(services), graph_(graph), number_(number), store_(store) {
  std::vector<StageNode*> all;
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    const auto& stage = graph.stages[i];
    if (stage.spec.kind == StageKind::kSource) {
      auto source = std::make_unique<SourceNode>(services, *this, graph, i, number, restored);
      sources_.push_back(source.get());
      nodes_.push_back(std::move(source));
    } else if (stage.has_workers()) {
      nodes_.push_back(std::make_unique<WorkerNode>(services, *this, graph, i, number));
    } else {
      nodes_.push_back(std::make_unique<InlineNode>(services, *this, graph, i, number));
    }
    all.push_back(nodes_.back().get());
  }
  for (auto& node : nodes_) node->connect(all);
  if (!state.empty()) restore(state);
}

Task::~Task() = default;

void Task::stop() {
  stop_requested_ = true;
  inbox_.wake();
}

void Task::abort() {
  aborted_ = true;
  for (auto& node : nodes_) node->interrupt();
  inbox_.wake();
}

void Task::stop_for(StopReason reason) {
  if (!failed()) failure_ = std::move(reason);
}

void Task::run() {
  start();
  while (!failed() && !stop_requested_ && !ended()) {
    if (!step() && !failed() && !ended()) wait();
  }
  if (!failed()) finish();
  const std::lock_guard lock(progress_mutex_);
  progress_sources_.clear();
}

void Task::start() {
  start_nodes();
  if (!failed()) {
    const std::lock_guard lock(progress_mutex_);
    progress_sources_.assign(sources_.begin(), sources_.end());
  }
  next_checkpoint_ = Clock::now() + graph_.spec.checkpoint_every;
}

bool Task::step() {
  deliver();
  fire_timers();
  if (failed()) return false;
  if (Clock::now() >= next_checkpoint_) checkpoint(Clock::now() + kDrainTime);
  return poll_sources();
}

bool Task::quiet() const {
  return std::none_of(nodes_.begin(), nodes_.end(), [](const auto& n) { return n->has_outstanding(); });
}

bool Task::ended() const {
  return std::all_of(sources_.begin(), sources_.end(), [](const auto* s) { return s->ended(); });
}

double Task::progress() const {
  const std::lock_guard lock(progress_mutex_);
  if (progress_sources_.empty()) return -1;
  double sum = 0;
  for (const auto* source : progress_sources_) {
    const double p = source->progress();
    if (p < 0) return -1;
    sum += p;
  }
  return sum / static_cast<double>(progress_sources_.size());
}

/// From the back, so that whatever a stage emits finds the next ones started.
void Task::start_nodes() {
  for (auto node = nodes_.rbegin(); node != nodes_.rend() && !failed(); ++node) {
    (*node)->start();
    drain(Clock::time_point::max());
  }
  started_ = true;
}

/// True when a source gave something, so that there may be more at once.
bool Task::poll_sources() {
  const bool full = std::any_of(nodes_.begin(), nodes_.end(), [](const auto& n) { return n->full(); });
  if (full) return keep_alive(), false;
  bool busy = false;
  in_poll_ = true;
  for (auto* source : sources_) {
    if (!source->ended() && !failed()) busy = source->poll(kPollBytes) || busy;
  }
  in_poll_ = false;
  return busy;
}

void Task::keep_alive() {
  if (!started_ || in_poll_ || Clock::now() < next_keep_alive_) return;
  next_keep_alive_ = Clock::now() + kKeepAlive;
  in_poll_ = true;
  for (auto* source : sources_) {
    if (!source->ended() && !failed()) source->poll(0);
  }
  in_poll_ = false;
}

void Task::deliver() {
  const auto all = inbox_.take();
  for (const auto& done : all) done.node->deliver(*done.work);
  if (all.empty()) return;
  // Queues may have room again for stages further up.
  for (auto& node : nodes_) node->hand_over();
}

void Task::fire_timers() {
  for (auto& node : nodes_) {
    if (node->next_timer() != Timers::kNever) node->fire_timers(services_.clock.now());
  }
}

void Task::wait() {
  auto time = std::min(kLookAgain, duration_cast<milliseconds>(next_checkpoint_ - Clock::now()));
  for (const auto& node : nodes_) {
    if (node->next_timer() == Timers::kNever) continue;
    time = std::min(time, milliseconds(node->next_timer() - services_.clock.now()));
  }
  if (time.count() > 0) inbox_.wait(time);
}

bool Task::drain(Clock::time_point deadline) {
  for (;;) {
    deliver();
    if (aborted_ || failed()) return false;
    if (quiet()) return true;
    if (Clock::now() >= std::min(deadline, stop_deadline())) return false;
    inbox_.wait(kLookAgain);
    keep_alive();
  }
}

Task::Clock::time_point Task::stop_deadline() {
  if (!stop_requested_) return Clock::time_point::max();
  if (!stop_by_) stop_by_ = Clock::now() + graph_.spec.stop_timeout;
  return *stop_by_;
}

bool Task::checkpoint(Clock::time_point deadline) {
  next_checkpoint_ = Clock::now() + graph_.spec.checkpoint_every;
  if (!drain(deadline)) return false;
  for (auto& node : nodes_) {
    node->flush();
    if (!drain(deadline)) return false;
  }
  const bool committed = commit();
  next_checkpoint_ = Clock::now() + graph_.spec.checkpoint_every;
  return committed && !failed();
}

/// The store first: should the process end in between, records are read again that the state has seen, and
/// none is missing in it.
bool Task::commit() {
  HeldPositions held;
  const std::string saved = store_ == nullptr ? std::string() : state();
  for (const auto& node : nodes_) node->hold(held, !saved.empty());
  if (store_ != nullptr) {
    std::vector<weir_position> positions;
    for (const auto* source : sources_) source->positions().append_safe(held, positions);
    if (const auto problem = store_->save(number_, positions, saved); !problem.empty()) {
      stop_for({"checkpoint", "store", problem});
    }
  }
  bool all = true;
  for (auto* source : sources_) {
    if (!failed()) all = source->commit(held) && all;
  }
  return all;
}

std::string Task::state() const {
  const bool any = std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
    return (node->stage().plugin->capabilities & WEIR_STATEFUL) != 0;
  });
  if (!any) return {};
  SnapshotWriter all;
  for (const auto& node : nodes_) {
    SnapshotWriter one;
    node->save(one);
    all.text(node->name());
    all.text(one.bytes());
  }
  return all.bytes();
}

void Task::restore(std::string_view state) {
  const auto origins = [&](std::string_view source, std::string_view name, std::int32_t partition) {
    return services_.origins.get(source, name, partition);
  };
  for (SnapshotReader all(state); !all.at_end();) {
    const std::string_view name = all.text();
    SnapshotReader one(all.text());
    const auto node =
        std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& n) { return n->name() == name; });
    if (one.at_end()) continue;                               // it held nothing
    if (node == nodes_.end() && one.number() == 0) continue;  // nothing but event time
    if (node == nodes_.end()) {
      throw std::runtime_error("the checkpoint holds the state of a stage '" + std::string(name) +
                               "', which is gone from the file; give the stage its name back, or begin with "
                               "another checkpoint folder");
    }
    try {
      (*node)->load(one, origins);
    } catch (const std::exception& e) {
      throw std::runtime_error("the stage '" + std::string(name) + "' cannot take up its state: " + e.what());
    }
  }
}

void Task::finish() {
  constexpr auto deadline = Clock::time_point::max();  // a stop that comes meanwhile sets one
  bool done = drain(deadline);
  for (auto node = nodes_.begin(); done && node != nodes_.end(); ++node) {
    (*node)->finish(ended());
    done = drain(deadline);
  }
  if (done) commit_last();
  if (done || failed()) return;
  stop_for({"pipeline", "stop_timeout",
            "stopped after stop_timeout with " + std::to_string(outstanding()) +
                " calls not answered; what was not delivered is read again at the next start"});
}

void Task::commit_last() {
  while (!checkpoint(Clock::time_point::max()) && !failed()) {
    if (Clock::now() >= stop_deadline()) {
      stop_for(
          {"pipeline", "stop_timeout",
           "stopped after stop_timeout with positions that the source has not taken; what was read since "
           "the last ones is read again at the next start"});
      return;
    }
    inbox_.wait(kCommitAgain);
    keep_alive();
  }
}

std::uint64_t Task::outstanding() const {
  return static_cast<std::uint64_t>(
      std::count_if(nodes_.begin(), nodes_.end(), [](const auto& n) { return n->has_outstanding(); }));
}

void Task::give_up(const weir_origin* const* origins, std::size_t count, bool lost) {
  if (!lost && !failed()) checkpoint(Clock::now() + kDrainTime);
  const std::set<const weir_origin*> gone(origins, origins + count);
  for (auto& node : nodes_) {
    node->forget([&](const weir_record& r) { return gone.contains(r.origin); });
  }
  for (auto* source : sources_) {
    for (const auto* origin : gone) source->forget_origin(origin);
  }
}

}  // namespace weir
