// SPDX-License-Identifier: Apache-2.0
#include "runtime/task_group.h"

#include <weir/fail_point.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace weir {

namespace {

bool is_stateful(const GraphStage& stage) {
  return (stage.plugin->capabilities & WEIR_STATEFUL) != 0;
}

bool holds_for_a_moment(const GraphStage& stage) {
  const bool between = stage.spec.kind == StageKind::kWindow || stage.spec.kind == StageKind::kProcess;
  return between && !is_stateful(stage);
}

/// By stage: whether what comes to it has passed a stage that keeps state.
std::vector<bool> find_behind_state(const PipelineGraph& graph) {
  std::vector<bool> behind(graph.stages.size(), false);
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    const GraphStage& stage = graph.stages[i];
    if (!behind[i] && !is_stateful(stage)) continue;
    for (const auto& port : stage.ports) {
      for (const auto& to : port.consumers) behind[to.stage] = true;
    }
    for (const auto& to : stage.error.consumers) behind[to.stage] = true;
  }
  return behind;
}

/// By stage: whether what it gathers leaves before each checkpoint, because it is in no saved state and may
/// not be read again. Exactly once, what came behind it has been delivered; a stage with state before it (one
/// that drops what it has seen) would judge it by a state that knows it already; and with state by partition
/// no state, before it or behind, is to be ahead of the position that is saved with it.
std::vector<bool> find_cuts(const PipelineGraph& graph) {
  std::vector<bool> cuts = find_behind_state(graph);
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const GraphStage& stage = graph.stages[i];
    cuts[i] = (cuts[i] || graph.spec.exactly_once || graph.spec.by_partition) &&
              stage.plugin->finish != nullptr && holds_for_a_moment(stage);
  }
  return cuts;
}

}  // namespace

TaskGroup::TaskGroup(const PipelineGraph& graph, int number, std::uint64_t last_checkpoint,
                     CheckpointStore* store)
    : cutting_(find_cuts(graph)),
      exactly_once_(graph.spec.exactly_once),
      drain_timeout_(graph.spec.drain_timeout),
      number_(number),
      store_(store),
      last_checkpoint_(last_checkpoint) {
  step_.number = 1;
  step_.partial = true;
  step_.part = Step::Part::kDrain;
  for (const auto& stage : graph.stages) {
    finishing_.push_back(stage.plugin->finish != nullptr);
    flushing_.push_back(stage.plugin->flush != nullptr);
  }
}

TaskGroup::~TaskGroup() {
  if (saver_.joinable()) saver_.join();
}

std::size_t TaskGroup::add(Inbox& inbox) {
  members_.push_back({&inbox, false, false, {}});
  return members_.size() - 1;
}

bool TaskGroup::call_checkpoint(bool at_once) {
  const std::lock_guard lock(mutex_);
  if (step_.part != Step::Part::kNone) return true;
  if (saving_ && giving_up_.empty() && !at_once) return false;
  begin(false, at_once);
  return true;
}

void TaskGroup::call_end() {
  const std::lock_guard lock(mutex_);
  end_wanted_ = true;
  if (step_.part == Step::Part::kNone) begin(true);
}

void TaskGroup::ended(std::size_t member) {
  {
    const std::lock_guard lock(mutex_);
    members_[member].ended = true;
    if (!std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.ended; })) return;
  }
  call_end();
}

void TaskGroup::not_ended(std::size_t member) {
  const std::lock_guard lock(mutex_);
  members_[member].ended = false;
  step_.ended = false;
}

TaskGroup::Step TaskGroup::step() const {
  const std::lock_guard lock(mutex_);
  return step_;
}

void TaskGroup::begin(bool last, bool at_once) {
  step_.last = last;
  step_.checkpoint = last_checkpoint_ + 1;
  step_.ended = std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.ended; });
  step_.partial = !last && (at_once || drain_timeout_.count() == 0);
  step_.until = last ? Clock::time_point::max() : Clock::now() + (step_.partial ? kTime : drain_timeout_);
  called_.store(true, std::memory_order_release);
  go_to(Step::Part::kDrain);
}

void TaskGroup::go_to(Step::Part part, std::size_t stage) {
  // Members that rest look again when it is saved.
  if (part == Step::Part::kShare && saving_) return;
  ++step_.number;
  step_.part = part;
  step_.stage = stage;
  if (part == Step::Part::kShare) step_.base = chain_.base();
  step_.beside = part == Step::Part::kSave && store_ != nullptr && store_->is_slow() && !exactly_once_ &&
                 !step_.last && giving_up_.empty();
  for (auto& member : members_) {
    member.resting = false;
    member.inbox->wake();
  }
}

void TaskGroup::go_on(Step::Part part, const std::vector<bool>& stages, std::size_t from, Step::Part behind) {
  const auto next = std::find(stages.begin() + static_cast<std::ptrdiff_t>(from), stages.end(), true);
  if (next != stages.end()) return go_to(part, static_cast<std::size_t>(next - stages.begin()));
  if (behind == Step::Part::kFlush) return go_on(behind, flushing_, 0, after_flush());
  go_to(behind);
}

void TaskGroup::advance() {
  using Part = Step::Part;
  switch (step_.part) {
    case Part::kDrain:
      if (starting_) return end();
      return go_on(Part::kFinish, step_.last ? finishing_ : cutting_, 0, Part::kFlush);
    case Part::kFinish:
      return go_on(Part::kFinish, step_.last ? finishing_ : cutting_, step_.stage + 1, Part::kFlush);
    case Part::kFlush:
      return go_on(Part::kFlush, flushing_, step_.stage + 1, after_flush());
    case Part::kPrepare:
      return go_to(Part::kShare);
    case Part::kShare:
      held_ = {};
      for (const auto& member : members_) held_.add(member.share.held);
      all_committed_ = true;
      return go_to(Part::kSave);
    case Part::kSave:
      last_checkpoint_ = step_.checkpoint;
      if (!step_.beside) return go_to(Part::kCommit);
      // What is given up meanwhile goes by a checkpoint of its own.
      return giving_up_.empty() ? end() : begin(false);
    case Part::kCommit:
      return giving_up_.empty() ? end() : go_to(Part::kForget);
    case Part::kForget:
      giving_up_.clear();
      return end();
    case Part::kPause:
      ++step_.checkpoint;
      return go_on(Part::kFlush, flushing_, 0, after_flush());
    case Part::kNone:
    case Part::kOver:
      return;
  }
}

void TaskGroup::end() {
  starting_ = false;
  if (step_.last) return go_to(all_committed_ ? Step::Part::kOver : Step::Part::kPause);
  if (end_wanted_) return begin(true);
  called_.store(false, std::memory_order_release);
  go_to(Step::Part::kNone);
}

void TaskGroup::rest(std::size_t member, std::uint64_t step) {
  const std::lock_guard lock(mutex_);
  if (step_.number != step) return;
  members_[member].resting = true;
  if (under_way_.load(std::memory_order_acquire) == 0 &&
      std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.resting; }))
    advance();
}

void TaskGroup::stir(std::size_t member) {
  const std::lock_guard lock(mutex_);
  members_[member].resting = false;
}

void TaskGroup::put_off(std::uint64_t step) {
  const std::lock_guard lock(mutex_);
  if (step_.number != step || step_.last) return;
  if (step_.part != Step::Part::kDrain && step_.part != Step::Part::kFlush) return;
  if (!step_.partial) {
    step_.partial = true;
    step_.until = Clock::now() + kTime;
    for (auto& member : members_) member.inbox->wake();
    return;
  }
  giving_up_.clear();
  end();
}

bool TaskGroup::drop() {
  const std::lock_guard lock(mutex_);
  using Part = Step::Part;
  if (step_.part == Part::kNone) return true;
  if (step_.last || starting_ ||
      (step_.part != Part::kDrain && step_.part != Part::kFinish && step_.part != Part::kFlush))
    return false;
  giving_up_.clear();
  end();
  return step_.part == Part::kNone;
}

void TaskGroup::share(std::size_t member, Share share) {
  const std::lock_guard lock(mutex_);
  members_[member].share = std::move(share);
}

Checkpoint TaskGroup::checkpoint() {
  Checkpoint all;
  all.number = step_.checkpoint;
  std::vector<weir_position> positions;
  for (auto& member : members_) {
    Share& share = member.share;
    for (const auto& read : share.read) read.append_safe(held_, positions);
    if (share.state) all.states.push_back(*std::exchange(share.state, std::nullopt));
    std::move(share.prepared.begin(), share.prepared.end(), std::back_inserter(all.prepared));
    share.read.clear();
  }
  const auto goes_on = [](const auto& state) { return !state.is_whole; };
  if (std::any_of(all.states.begin(), all.states.end(),
                  [&](const auto& task) { return std::any_of(task.begin(), task.end(), goes_on); })) {
    all.base = step_.base;
    all.base_sum = chain_.base_sum();
  }
  // Several tasks may know an origin that an earlier run has read.
  safe_.clear();
  for (const auto& p : positions) {
    const auto [at, added] = safe_.emplace(p.origin, p.next);
    if (!added) at->second = std::max(at->second, p.next);
  }
  for (const auto& [origin, next] : safe_) all.positions.push_back({origin, next});
  return all;
}

std::string TaskGroup::save(Checkpoint&& checkpoint) {
  std::string bytes;
  if (store_ != nullptr) {
    bytes = encode(checkpoint);
    checkpoint.has_files = holds_stored_parts(checkpoint);
    checkpoint.states.clear();
    if (auto problem = store_->save(checkpoint, bytes); !problem.empty()) return problem;
  }
  WEIR_FAIL_POINT("meeting.saved");
  const std::lock_guard lock(mutex_);
  if (store_ != nullptr) chain_.saved(checkpoint, bytes);
  durable_bytes_.store(bytes.size(), std::memory_order_relaxed);
  durable_.store(checkpoint.number, std::memory_order_release);
  return {};
}

std::string TaskGroup::keep(const Checkpoint& checkpoint, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  chain_.saved(checkpoint, bytes);
  durable_bytes_.store(bytes.size(), std::memory_order_relaxed);
  const std::string name = "task-" + std::to_string(number_);
  return checkpoint.base == 0 ? name : name + "." + std::to_string(chain_.length());
}

void TaskGroup::save_beside(Checkpoint&& checkpoint) {
  finish_saving();
  if (saver_.joinable()) saver_.join();
  const std::lock_guard lock(mutex_);
  saving_ = true;
  saver_ = std::thread([this, saved = std::move(checkpoint)]() mutable {
    std::string problem;
    try {
      problem = save(std::move(saved));
    } catch (const std::exception& e) {
      problem = e.what();
    }
    const std::lock_guard done(mutex_);
    save_problem_ = std::move(problem);
    saving_ = false;
    saved_.notify_all();
    for (auto& member : members_) member.inbox->wake();
  });
}

std::string TaskGroup::save_problem() const {
  const std::lock_guard lock(mutex_);
  return save_problem_;
}

void TaskGroup::finish_saving() const {
  std::unique_lock lock(mutex_);
  saved_.wait(lock, [&] { return !saving_; });
}

std::vector<std::pair<std::string, std::string>> TaskGroup::claims() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& member : members_)
    all.insert(all.end(), member.share.claims.begin(), member.share.claims.end());
  return all;
}

void TaskGroup::not_committed() {
  const std::lock_guard lock(mutex_);
  all_committed_ = false;
}

void TaskGroup::give_up(const std::vector<const weir_origin*>& origins) {
  const std::lock_guard lock(mutex_);
  giving_up_.insert(giving_up_.end(), origins.begin(), origins.end());
}

void TaskGroup::gone(const std::vector<const weir_origin*>& origins) {
  const std::lock_guard lock(mutex_);
  for (const auto* origin : origins)
    giving_up_.erase(std::remove(giving_up_.begin(), giving_up_.end(), origin), giving_up_.end());
}

TaskGroup::GivenUp TaskGroup::given_up() const {
  const std::lock_guard lock(mutex_);
  GivenUp from;
  for (const auto* origin : giving_up_) {
    if (const auto safe = safe_.find(origin); safe != safe_.end()) from[origin] = safe->second;
  }
  return from;
}

void TaskGroup::send(std::size_t to, std::unique_ptr<Parcel> parcel) {
  under_way_.fetch_add(1, std::memory_order_relaxed);
  members_[to].inbox->put(std::move(parcel));
}

}  // namespace weir
