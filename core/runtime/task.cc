// SPDX-License-Identifier: Apache-2.0
#include "runtime/task.h"

#include <weir/fail_point.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "checkpoint/checkpoint_folder.h"
#include "runtime/inline_node.h"
#include "runtime/laned_node.h"
#include "runtime/worker_node.h"
#include "state/store/key_value_store.h"

namespace weir {

using std::chrono::duration_cast;

Task::Task(Services& services, const PipelineGraph& graph, int number, TaskGroup& group,
           const Restored& restored)
    : services_(services),
      graph_(graph),
      number_(number),
      saves_(group.has_store() || graph.keeper || services.units != nullptr),
      hold_up_(services.log),
      group_(group),
      member_(group.add(inbox_)) {
  std::vector<StageNode*> all;
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    const auto& stage = graph.stages[i];
    if (stage.spec.kind == StageKind::kSource) {
      auto source = std::make_unique<SourceNode>(services, *this, graph, i, number, restored.positions);
      sources_.push_back(source.get());
      nodes_.push_back(std::move(source));
    } else if (services.units != nullptr && stage.is_between()) {
      nodes_.push_back(std::make_unique<LanedNode>(services, *this, graph, i, number));
    } else if (stage.has_workers()) {
      nodes_.push_back(std::make_unique<WorkerNode>(services, *this, graph, i, number));
    } else {
      nodes_.push_back(std::make_unique<InlineNode>(services, *this, graph, i, number));
    }
    all.push_back(nodes_.back().get());
  }
  std::vector<Exchange*> before(all.size(), nullptr);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!graph.has_exchange_before(i)) continue;
    exchanges_.push_back(std::make_unique<Exchange>(*all[i], *this, group, member_, exchanges_.size()));
    before[i] = exchanges_.back().get();
  }
  // From the back: a stage looks through those behind it for queues. What stands in lanes is connected there.
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    if (services.units == nullptr || !(*node)->stage().is_between()) (*node)->connect(all, before);
  }
  if (services.units != nullptr) {
    lanes_ = std::make_unique<Lanes>(services, *this, graph, number, all, *sources_.front(), *services.units);
    sources_.front()->tell_to(*lanes_);
  }
  const bool as_many = restored.states.size() == static_cast<std::size_t>(graph.spec.tasks);
  for (std::size_t i = 0; i < restored.states.size(); ++i) {
    const bool own = i == static_cast<std::size_t>(number);
    restore(restored.states[i], !as_many ? SavedBy::kOtherRun
                                : own    ? SavedBy::kThisTask
                                         : SavedBy::kOtherTask);
  }
}

/// A thread that saves wakes the group's tasks.
Task::~Task() {
  group_.finish_saving();
}

void Task::stop() {
  stop_requested_ = true;
  inbox_.wake();
}

void Task::abort() {
  aborted_ = true;
  for (auto& node : nodes_) node->interrupt();
  inbox_.wake();
}

void Task::release() {
  aborted_ = true;
  inbox_.wake();
}

void Task::stop_for(StopReason reason) {
  if (!failed()) failure_ = std::move(reason);
}

void Task::run() {
  start();
  while (!failed() && !over_) {
    if (stop_requested_) {
      group_.call_end();
    } else if (ended() && !told_ended_) {
      told_ended_ = true;
      group_.ended(member_);
    }
    if (group_.called()) {
      take_part(Clock::time_point::max());
    } else if (!step() && !failed() && ended() == told_ended_) {
      wait();
    }
  }
  group_.finish_saving();
  look_at_save();
  WEIR_FAIL_POINT("task.over");
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

/// From the back, so that whatever a stage emits finds the next ones started.
void Task::start_nodes() {
  pause_workers(true);
  for (auto node = nodes_.rbegin(); node != nodes_.rend() && !failed(); ++node) {
    (*node)->start();
    deliver();
    while (!failed() && outstanding() != 0 && Clock::now() < stop_deadline()) {
      inbox_.wait(kLookAgain);
      deliver();
    }
  }
  started_ = true;
}

bool Task::step() {
  if (lanes_ != nullptr) lanes_->start_new();
  deliver();
  fire_timers();
  look_at_save();
  if (failed()) return false;
  if (Clock::now() >= next_checkpoint_) {
    if (group_.call_checkpoint()) return true;
    next_checkpoint_ = Clock::now() + kLookAgain;
  }
  const bool busy = poll_sources();
  for (auto& exchange : exchanges_) exchange->post();
  return busy;
}

std::uint64_t Task::outstanding() const {
  return static_cast<std::uint64_t>(
      std::count_if(nodes_.begin(), nodes_.end(), [](const auto& n) { return n->has_outstanding(); }));
}

bool Task::quiet() const {
  return outstanding() == 0 && std::none_of(exchanges_.begin(), exchanges_.end(),
                                            [](const auto& e) { return e->has_outstanding(); });
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

StageNode* Task::full_stage() const {
  const auto full = [](const auto& queue) { return queue->full(); };
  const auto node = std::find_if(nodes_.rbegin(), nodes_.rend(), full);
  if (node != nodes_.rend()) return node->get();
  const auto exchange = std::find_if(exchanges_.rbegin(), exchanges_.rend(), full);
  return exchange == exchanges_.rend() ? nullptr : &(*exchange)->stage_behind();
}

/// True when a source gave something, so that there may be more at once.
bool Task::poll_sources() {
  StageNode* const full = full_stage();
  hold_up_.look(full == nullptr ? std::nullopt
                                : std::optional(HoldUp::Stage{&full->name(), &full->counts()}));
  set_asked(full == nullptr);
  if (full != nullptr) return keep_alive(), false;
  bool busy = false;
  in_poll_ = true;
  for (auto* source : sources_) {
    if (!source->ended() && !failed() && !over_) busy = source->poll(kPollBytes) || busy;
  }
  in_poll_ = false;
  return busy;
}

void Task::set_asked(bool asked) {
  if (asked_ == asked) return;
  asked_ = asked;
  for (auto& node : nodes_) node->set_asked(asked, services_.clock.now());
}

void Task::keep_alive() {
  if (!started_ || in_poll_ || Clock::now() < next_keep_alive_) return;
  next_keep_alive_ = Clock::now() + kKeepAlive;
  in_poll_ = true;
  for (auto* source : sources_) {
    if (!source->ended() && !failed() && !over_) source->poll(0);
  }
  in_poll_ = false;
}

void Task::deliver() {
  auto content = inbox_.take();
  if (resting_ && !content.parcels.empty()) {
    resting_ = false;
    group_.stir(member_);
  }
  for (auto& parcel : content.parcels) {
    Exchange& exchange = *exchanges_[parcel->exchange];
    exchange.arrive(std::move(parcel));
  }
  for (const auto& done : content.done) done.node->deliver(*done.work);
  // Queues, also those of exchanges, may have room again for stages further up.
  if (!content.done.empty() || !exchanges_.empty()) {
    for (auto& node : nodes_) node->hand_over();
  }
  // From the back, where room is made for what is further up.
  for (auto exchange = exchanges_.rbegin(); started_ && exchange != exchanges_.rend(); ++exchange)
    (*exchange)->hand_over();
  for (auto& exchange : exchanges_) exchange->post();
  if (lanes_ != nullptr) lanes_->sweep();
}

void Task::fire_timers() {
  for (auto& node : nodes_) {
    if (node->next_timer() != Timers::kNever) node->fire_timers(services_.clock.now());
  }
}

void Task::wait() {
  auto time = std::min(kLookAgain, duration_cast<std::chrono::milliseconds>(next_checkpoint_ - Clock::now()));
  for (const auto& node : nodes_) {
    if (node->next_timer() == Timers::kNever) continue;
    time = std::min(time, std::chrono::milliseconds(node->next_timer() - services_.clock.now()));
  }
  if (time.count() > 0) inbox_.wait(time);
}

Task::Clock::time_point Task::stop_deadline() {
  if (!stop_requested_) return Clock::time_point::max();
  if (!stop_by_) stop_by_ = Clock::now() + graph_.spec.stop_timeout;
  return *stop_by_;
}

bool Task::leave_timers(const StageNode& stage, bool kept, const std::function<std::size_t()>& due) {
  const auto end = stop_deadline();
  const auto now = Clock::now();
  const auto timeout = graph_.spec.stop_timeout;
  const bool saved = kept && saves_;
  if (now < (saved ? end - timeout + std::min(timeout, kFireOn) : end)) return false;
  const std::string timers = std::to_string(due()) + " timers that were due";
  if (saved) {
    group_.not_ended(member_);
    services_.log.write(LogLevel::kInfo, stage.name(),
                        "stopped before " + timers + "; they fire after the next start");
    return true;
  }
  stop_for({stage.name(), "stop_timeout",
            "stopped after stop_timeout before " + timers +
                ": they do not fire, and what was read since the "
                "last positions were committed is read again at the next start" +
                (kept ? "; with `checkpoint: {store: FOLDER}` they would be saved, and fire then" : "")});
  return true;
}

void Task::take_part(Clock::time_point until) {
  using Part = TaskGroup::Step::Part;
  set_asked(false);
  const auto from = Clock::now();
  paused_ = false;
  while (!failed() && Clock::now() < until) {
    const TaskGroup::Step step = group_.step();
    over_ = step.part == Part::kOver;
    if (over_ || step.part == Part::kNone) break;
    pause_workers(step.partial);
    if (step.number != performed_) {
      performed_ = step.number;
      resting_ = false;
      perform(step);
    }
    deliver();
    look_at_save();
    if (failed()) break;
    if (quiet() && Clock::now() >= rest_from_) {
      resting_ = true;
      group_.rest(member_, step.number);
    }
    if (group_.step().number != step.number) continue;
    check_time(step);
    inbox_.wait(kLookAgain);
    keep_alive();
  }
  // What waits in lanes that go is not begun here any more.
  if (!lanes_go_) pause_workers(false);
  if (std::exchange(paused_, false)) services_.metrics.checkpoint_paused(Clock::now() - from);
  next_checkpoint_ = Clock::now() + graph_.spec.checkpoint_every;
}

void Task::pause_workers(bool paused) {
  // What waits for a sink is of several partitions; it is not saved with any, but always done.
  for (auto& node : nodes_) {
    if (lanes_ == nullptr || node->stage().is_between()) node->pause(paused);
  }
}

void Task::perform(const TaskGroup::Step& step) {
  using Part = TaskGroup::Step::Part;
  if (step.last) leaving_.clear();  // a stop came in between: it saves all
  switch (step.part) {
    case Part::kFinish:
      WEIR_FAIL_POINT("meeting.finish");
      return nodes_[step.stage]->finish(step.ended);
    case Part::kFlush:
      WEIR_FAIL_POINT("meeting.flush");
      return nodes_[step.stage]->flush();
    case Part::kPrepare:
      WEIR_FAIL_POINT("meeting.prepare");
      for (std::size_t i = 0; i < nodes_.size() && !failed(); ++i)
        nodes_[i]->prepare(step.checkpoint, member_ == 0 && graph_.keeper == i);
      return;
    case Part::kShare:
      WEIR_FAIL_POINT("meeting.share");
      return share(step);
    case Part::kSave:
      return save(step);
    case Part::kCommit:
      saving_.reset();
      if (lanes_ != nullptr && graph_.keeper) lanes_->kept();
      return commit(note_checkpoint());
    case Part::kForget:
      return forget(group_.given_up());
    case Part::kPause:
      rest_from_ = Clock::now() + kCommitAgain;
      return;
    case Part::kDrain:
      WEIR_FAIL_POINT("meeting.drain");
      return;
    case Part::kNone:
    case Part::kOver:
      return;
  }
}

void Task::check_time(const TaskGroup::Step& step) {
  const auto now = Clock::now();
  if (now >= step.until || (!step.last && now >= stop_deadline())) return group_.put_off(step.number);
  if (!step.last || now < stop_deadline()) return;
  if (step.part == TaskGroup::Step::Part::kPause) {
    return stop_for(
        {"pipeline", "stop_timeout",
         "stopped after stop_timeout with positions that the source has not taken; what was read since "
         "the last ones is read again at the next start"});
  }
  stop_for({"pipeline", "stop_timeout",
            "stopped after stop_timeout with " + std::to_string(outstanding()) +
                " calls not answered; what was not delivered is read again at the next start"});
}

void Task::share(const TaskGroup::Step& step) {
  paused_ = !step.last;  // at the end nothing is kept waiting
  shared_at_ = Clock::now();
  TaskGroup::Share share;
  for (auto& node : nodes_) node->expire(services_.clock.now());
  if (saves_ && services_.stores != nullptr) write_out(step);
  if (saves_ && lanes_ == nullptr) share.state = state(step.base != 0);
  for (const auto& node : nodes_) node->hold(share.held, saves_);
  for (const auto& node : nodes_) node->append_prepared(share.prepared);
  for (auto* source : sources_) {
    if (lanes_ == nullptr) share.read.push_back(source->positions());
    if (!graph_.keeper) continue;
    if (auto claim = source->claim(); !claim.empty())
      share.claims.emplace_back(source->name(), std::move(claim));
  }
  group_.share(member_, std::move(share));
}

/// What stages keep in stores is durable before the checkpoint that names it.
void Task::write_out(const TaskGroup::Step& step) {
  try {
    const std::string folder = state_folder(graph_.spec.name, group_.number(), step.checkpoint);
    for (auto& node : nodes_) node->write_out(folder);
  } catch (const std::exception& e) {
    stop_for({"checkpoint", "store", e.what()});
  }
}

/// One member for all.
void Task::save(const TaskGroup::Step& step) {
  if (lanes_ != nullptr) return save_lanes(step.last);
  if (step.beside) saving_ = {step.checkpoint, note_checkpoint()};
  if (member_ != 0) return;
  if (graph_.spec.exactly_once && !group_.held().empty()) {
    return stop_for({"checkpoint", "held",
                     "a stage keeps records over a checkpoint without being stateful, so `delivery: "
                     "exactly_once` cannot be kept"});
  }
  WEIR_FAIL_POINT("meeting.save");
  Checkpoint checkpoint = group_.checkpoint();
  checkpoint.group = group_.number();
  checkpoint.groups = graph_.has_exchange() ? 1 : graph_.spec.tasks;
  services_.saved.set(checkpoint.positions);
  if (graph_.keeper) {
    std::string content = encode(checkpoint);
    std::string name = group_.keep(checkpoint, content);
    nodes_[*graph_.keeper]->save_checkpoint({std::move(name), checkpoint.number, std::move(content),
                                             std::move(checkpoint.positions), group_.claims()});
    WEIR_FAIL_POINT("meeting.saved");
  } else if (step.beside) {
    group_.save_beside(std::move(checkpoint));
  } else if (const auto problem = group_.save(std::move(checkpoint)); !problem.empty()) {
    stop_for({"checkpoint", "store", problem});
  }
}

Task::ToCommit Task::note_checkpoint() {
  // Where some partitions are saved alone, the counts of the others do not stand for good yet.
  if (!saves_some()) {
    std::vector<std::uint64_t> held;
    held.reserve(nodes_.size());
    for (const auto& node : nodes_) held.push_back(node->held(saves_));
    services_.metrics.note_checkpoint(number_, held);
  }
  ToCommit positions;
  for (const auto* source : sources_) {
    positions.push_back(lanes_ != nullptr ? source->committable(lanes_->saved())
                                          : source->positions().committable(group_.held()));
  }
  return positions;
}

/// After the store: should the process end in between, records are read again that the state has seen, and
/// none is missing in it.
void Task::commit(const ToCommit& positions) {
  if (!saves_some()) services_.metrics.checkpointed(number_, services_.clock.now());
  if (member_ == 0) {
    const auto bytes = lanes_ != nullptr ? lanes_->saved_bytes() : group_.durable_bytes();
    services_.metrics.checkpoint_written(bytes, Clock::now() - shared_at_);
  }
  WEIR_FAIL_POINT("meeting.commit");
  for (auto& node : nodes_) node->saved();
  for (auto& node : nodes_) {
    if (!failed()) node->commit_prepared();
    WEIR_FAIL_POINT("meeting.stage");
  }
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (!failed() && !sources_[i]->commit(positions[i])) group_.not_committed();
    WEIR_FAIL_POINT("meeting.source");
  }
  WEIR_FAIL_POINT("meeting.committed");
}

void Task::look_at_save() {
  if (!saving_) return;
  if (group_.durable() >= saving_->checkpoint) {
    const Saving done = *std::exchange(saving_, std::nullopt);
    commit(done.positions);
  } else if (auto problem = group_.save_problem(); !problem.empty()) {
    stop_for({"checkpoint", "store", std::move(problem)});
  }
}

Checkpoint::TaskState Task::state(bool changes) {
  Checkpoint::TaskState all;
  for (const auto& node : nodes_) {
    Checkpoint::StageState one{node->name(), node->stage().state_shape, {}};
    node->save(one, changes);
    if (!one.snapshot.empty()) all.push_back(std::move(one));
  }
  return all;
}

void Task::restore(const Checkpoint::TaskState& state, SavedBy by) {
  const auto origins = [&](std::string_view source, std::string_view name, std::int32_t partition) {
    return services_.origins.get(source, name, partition);
  };
  for (const auto& saved : state) {
    const auto node =
        std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& n) { return n->name() == saved.stage; });
    if (node == nodes_.end()) continue;  // nothing but event time, see check_saved_states
    const std::string problem = "the stage '" + saved.stage + "' cannot take up its state: ";
    try {
      (*node)->load(saved.layers(), origins, by);
    } catch (const DiskError& e) {
      throw std::runtime_error(problem + e.what() +
                               "; what was saved stays, and is taken up by the next start");
    } catch (const std::exception& e) {
      throw std::runtime_error(problem + e.what() + "; to begin without it: --drop-state " + saved.stage);
    }
  }
}

void Task::give_up(const weir_origin* const* origins, std::size_t count, bool lost) {
  const std::vector<const weir_origin*> gone(origins, origins + count);
  if (lanes_ != nullptr) return give_up_lanes(gone, lost);
  // What is lost may be with its next owner already, even here: then its records are not to be told from
  // those that are read again, and stay.
  if (!lost && !failed()) {
    group_.give_up(gone);
    group_.call_checkpoint();
    take_part(Clock::now() + kGiveUpTime);
    // Nothing may be read in a meeting: it would be committed without having been flushed.
    while (!failed() && !over_ && !group_.drop()) take_part(Clock::time_point::max());
    group_.gone(gone);
  }
  if (graph_.spec.exactly_once && !failed() && (lost || !all_saved(gone))) {
    return stop_for(
        {"checkpoint", "partitions_lost",
         "partitions have gone to another owner before what was read of them was committed; it is "
         "taken back, and read again by that one"});
  }
  if (group_.size() == 1) {
    TaskGroup::GivenUp from;
    for (const auto* origin : gone) {
      for (const auto* source : sources_) {
        if (const auto next = source->positions().committed(origin)) from[origin] = *next;
      }
    }
    forget(from);
  }
  for (auto* source : sources_) {
    for (const auto* origin : gone) source->forget_origin(origin);
  }
  if (!saving_) return;
  for (auto& positions : saving_->positions) {
    std::erase_if(positions, [&](const weir_position& p) {
      return std::find(gone.begin(), gone.end(), p.origin) != gone.end();
    });
  }
}

/// Whether everything that was read of them is behind a checkpoint.
bool Task::all_saved(const std::vector<const weir_origin*>& origins) const {
  return std::all_of(origins.begin(), origins.end(), [&](const auto* origin) {
    return std::all_of(sources_.begin(), sources_.end(), [&](const auto* source) {
      const auto read = source->positions().read_up_to(origin);
      return !read || read <= services_.saved.last(origin);
    });
  });
}

/// What a saved state has seen before those positions stays: nobody reads it again.
void Task::forget(const TaskGroup::GivenUp& given_up) {
  const auto gone = [&](const weir_record& record) {
    const auto from = given_up.find(record.origin);
    return from != given_up.end() && record.position >= from->second;
  };
  for (auto& node : nodes_) node->forget(gone);
}

}  // namespace weir
