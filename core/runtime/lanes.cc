// SPDX-License-Identifier: Apache-2.0
#include "runtime/lanes.h"

#include <weir/fail_point.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include "runtime/saved_states.h"
#include "runtime/sink_units.h"

namespace weir {
namespace {

std::string describe_partition(const weir_origin* origin) {
  return "partition " + std::to_string(origin->partition) + " of " + std::string(view(origin->name));
}

/// Equal for two checkpoints that hold the same.
std::size_t print_of(const Checkpoint& checkpoint) {
  std::size_t print = 0;
  const auto add = [&](std::size_t part) { print = print * 1099511628211u + part; };
  for (const auto& p : checkpoint.positions) add(static_cast<std::size_t>(p.next));
  for (const auto& task : checkpoint.states) {
    for (const auto& state : task) {
      for (const auto& text : {state.stage, state.shape, state.snapshot}) add(std::hash<std::string>()(text));
    }
  }
  return print;
}

}  // namespace

Lanes::Lanes(Services& services, TaskControl& task, const PipelineGraph& graph, int task_number,
             const std::vector<StageNode*>& nodes, SourceNode& source, const UnitStore& store)
    : services_(services),
      task_(task),
      graph_(graph),
      task_number_(task_number),
      nodes_(nodes),
      source_(source),
      store_(store) {}

Lanes::~Lanes() = default;

std::vector<Lanes::Owned>::iterator Lanes::find(const weir_origin* origin) {
  return std::find_if(owned_.begin(), owned_.end(),
                      [&](const Owned& o) { return o.lane->origin() == origin; });
}

FindOrigin Lanes::origins() const {
  return [this](std::string_view source, std::string_view name, std::int32_t partition) {
    return services_.origins.get(source, name, partition);
  };
}

bool Lanes::refuse(const weir_origin* origin, const std::string& why) {
  task_.stop_for({source_.name(), "take_over", describe_partition(origin) + ": " + why});
  return false;
}

bool Lanes::take_over(const std::vector<const weir_origin*>& origins, std::uint32_t partitions) {
  if (partitions_ != 0 && partitions != partitions_ && graph_.spec.partitioner && !owned_.empty()) {
    return refuse(owned_.front().lane->origin(),
                  "there are " + std::to_string(partitions) + " partitions now, and were " +
                      std::to_string(partitions_) +
                      ": keys are found in others than before, and their state is not there; begin anew "
                      "under another name of the pipeline");
  }
  partitions_ = partitions;
  return std::all_of(origins.begin(), origins.end(), [&](const auto* origin) { return take_over(origin); });
}

bool Lanes::take_over(const weir_origin* origin) {
  // A source that has not given it up since it came last: as if it had been lost.
  if (const auto before = find(origin); before != owned_.end()) {
    if (graph_.spec.exactly_once && !before->left)
      return refuse(origin, "it has come again, and what was read of it before is not committed");
    drop(before);
  }
  source_.forget_origin(origin);
  auto claimed = store_.claim(*origin, task_number_, services_.origins);
  if (const auto* problem = std::get_if<std::string>(&claimed)) return refuse(origin, *problem);
  auto& claim = std::get<UnitStore::Claim>(claimed);
  if (!claim.damaged.empty()) services_.log.write(LogLevel::kWarn, "checkpoint", claim.damaged);
  Owned owned;
  owned.lane = std::make_unique<Lane>(services_, task_, graph_, task_number_, nodes_, origin, partitions_);
  owned.term = claim.term;
  std::vector<Checkpoint> last;
  if (claim.last) last.push_back(std::move(*claim.last));
  if (auto problem = check_saved_states(graph_, last, {}); !problem.empty()) return refuse(origin, problem);
  if (!last.empty()) {
    if (auto problem = load(owned, last.front()); !problem.empty()) return refuse(origin, problem);
  }
  source_.expect(origin);
  owned_.push_back(std::move(owned));
  some_new_ = true;
  return true;
}

void Lanes::start_new() {
  if (!std::exchange(some_new_, false)) return;
  for (auto& owned : owned_) {
    if (std::exchange(owned.started, true)) continue;
    owned.lane->start();
    if (owned.lane->time() != Watermarks::kStart) owned.lane->tell_time(owned.lane->time());
  }
}

std::string Lanes::load(Owned& owned, const Checkpoint& last) {
  const weir_origin* const origin = owned.lane->origin();
  if (last.positions.size() != 1 || last.positions.front().origin != origin) {
    return "what was saved of it is not of the source '" + source_.name() +
           "': change the name of the source back, or begin anew under another name of the pipeline";
  }
  const bool holds = std::any_of(last.states.begin(), last.states.end(), [&](const auto& task) {
    return std::any_of(task.begin(), task.end(), [&](const auto& s) { return s.stage != source_.name(); });
  });
  if (holds && graph_.spec.partitioner && static_cast<std::uint32_t>(last.groups) != partitions_) {
    return "what was saved is one of " + std::to_string(last.groups) + " partitions, and the source has " +
           std::to_string(partitions_) +
           ": keys are found in others than before, and their state is not there; to begin without it, "
           "--drop-state with each stage that `etl-run state` lists";
  }
  try {
    for (const auto& task : last.states) {
      if (const auto time = source_.load_times(task, origins())) owned.lane->restore_time(*time);
      owned.lane->load(task, origins());
    }
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  source_.go_on_at(last.positions.front());
  owned.number = last.number;
  owned.print = print_of(last);
  owned.saved_to = last.positions.front().next;
  return {};
}

void Lanes::close(const std::vector<const weir_origin*>& origins) {
  for (const auto* origin : origins) {
    if (const auto owned = find(origin); owned != owned_.end()) drop(owned);
  }
}

void Lanes::drop(std::vector<Owned>::iterator owned) {
  owned->lane->close(source_.positions().read_up_to(owned->lane->origin()) == owned->saved_to);
  closed_.push_back(std::move(owned->lane));
  owned_.erase(owned);
  sweep();
}

void Lanes::sweep() {
  std::erase_if(closed_, [](const auto& lane) { return lane->calm(); });
}

Checkpoint Lanes::checkpoint_of(const Owned& owned, const HeldPositions& held) const {
  const weir_origin* const origin = owned.lane->origin();
  Checkpoint checkpoint;
  checkpoint.number = owned.number + 1;
  checkpoint.group = origin->partition;
  checkpoint.groups = static_cast<int>(partitions_);
  if (const auto next = source_.positions().safe(origin, held))
    checkpoint.positions.push_back({origin, *next});
  checkpoint.states.emplace_back();
  source_.save_times(origin, owned.lane->time(), checkpoint.states.back());
  owned.lane->save(checkpoint.states.back());
  return checkpoint;
}

std::vector<UnitStore::Unit> Lanes::gather(const HeldPositions& held,
                                           const std::vector<const weir_origin*>& some) {
  saved_.clear();
  saved_bytes_ = 0;
  std::vector<UnitStore::Unit> units;
  for (auto& owned : owned_) {
    const weir_origin* const origin = owned.lane->origin();
    if (!owned.started) continue;
    if (!some.empty() && std::find(some.begin(), some.end(), origin) == some.end()) continue;
    Checkpoint checkpoint = checkpoint_of(owned, held);
    if (checkpoint.positions.empty()) continue;
    owned.new_print = print_of(checkpoint);
    if (owned.number != 0 && owned.new_print == owned.print) {
      saved_.push_back(checkpoint.positions.front());
      owned.saved_to = source_.positions().read_up_to(origin);
      continue;
    }
    units.push_back({origin, owned.term, std::move(checkpoint)});
  }
  return units;
}

std::string Lanes::save(const HeldPositions& held, const std::vector<const weir_origin*>& some) {
  std::vector<UnitStore::Unit> units = gather(held, some);
  if (auto problem = keep(units); !problem.empty()) return problem;
  std::erase_if(units, [](const UnitStore::Unit& unit) { return !unit.taken; });
  for (auto& unit : units) {
    if (auto problem = claim_again(unit); !problem.empty()) return problem;
  }
  std::erase_if(units, [](const UnitStore::Unit& unit) { return unit.taken; });
  return keep(units);
}

std::string Lanes::keep(std::vector<UnitStore::Unit>& units) {
  if (auto problem = store_.save(units); !problem.empty()) return problem;
  for (const auto& unit : units) {
    if (!unit.taken) note(unit);
  }
  return {};
}

void Lanes::note(const UnitStore::Unit& unit) {
  saved_bytes_ += unit.bytes;
  const auto owned = find(unit.origin);
  if (owned == owned_.end()) return;  // it was lost meanwhile
  owned->in_doubt = false;
  owned->term = unit.term;
  owned->number = unit.checkpoint.number;
  owned->print = owned->new_print;
  owned->saved_to = source_.positions().read_up_to(unit.origin);
  saved_.push_back(unit.checkpoint.positions.front());
}

SinkCheckpoint Lanes::hand_over(const HeldPositions& held, const std::vector<const weir_origin*>& leaving,
                                bool all_leave) {
  handed_over_ = gather(held, graph_.spec.exactly_once ? std::vector<const weir_origin*>() : leaving);
  told_to_leave_.clear();
  SinkCheckpoint all;
  const auto leaves = [&](const weir_origin* origin) {
    return all_leave || std::find(leaving.begin(), leaving.end(), origin) != leaving.end();
  };
  for (auto& unit : handed_over_) {
    std::string content = encode(unit.checkpoint);
    unit.bytes = content.size();
    unit.checkpoint.states.clear();
    const weir_position position = unit.checkpoint.positions.front();
    all.positions.push_back(position);
    all.units.push_back({unit_name(*unit.origin), unit.origin, position.next, unit.term,
                         unit.checkpoint.number, std::move(content), leaves(unit.origin)});
  }
  // Those that need not be saved leave as well.
  for (const auto& owned : owned_) {
    const weir_origin* const origin = owned.lane->origin();
    if (!leaves(origin)) continue;
    told_to_leave_.push_back(origin);
    if (std::any_of(all.units.begin(), all.units.end(), [&](const auto& u) { return u.origin == origin; }))
      continue;
    all.units.push_back({unit_name(*origin), origin, 0, owned.term, owned.number, std::nullopt, true});
  }
  return all;
}

void Lanes::kept() {
  for (const auto& unit : handed_over_) note(unit);
  for (auto& owned : owned_) {
    const weir_origin* const origin = owned.lane->origin();
    owned.left = std::find(told_to_leave_.begin(), told_to_leave_.end(), origin) != told_to_leave_.end();
  }
  handed_over_.clear();
}

bool Lanes::have_left(const std::vector<const weir_origin*>& origins) {
  return std::all_of(origins.begin(), origins.end(), [&](const auto* origin) {
    const auto owned = find(origin);
    return owned == owned_.end() || owned->left;
  });
}

/// That one has the partition as a rule, and this process was thought dead: then it will learn so from its
/// source before the next checkpoint. If it does not, the other one was late, has claimed what had moved on
/// already, and will learn so itself: this one goes on, and saves at once, so that its claim never stands
/// without what it has. But not behind somebody who is further: that one has it, whatever this one's source
/// says, and what it has saved must stay the newest.
std::string Lanes::claim_again(UnitStore::Unit& unit) {
  Owned& owned = *find(unit.origin);
  const auto warn = [&](const std::string& more) {
    services_.log.write(
        LogLevel::kWarn, source_.name(),
        describe_partition(unit.origin) + " was not saved: another process has claimed it" + more);
  };
  const auto is_behind = [&](const UnitStore::Claim& found) {
    return found.last && !found.last->positions.empty() &&
           found.last->positions.front().next > unit.checkpoint.positions.front().next;
  };
  if (!std::exchange(owned.in_doubt, true)) return warn(""), "";
  auto found = store_.look_at(*unit.origin, services_.origins);
  if (auto* claim = std::get_if<UnitStore::Claim>(&found); claim != nullptr && !is_behind(*claim))
    found = store_.claim(*unit.origin, task_number_, services_.origins);
  if (auto* problem = std::get_if<std::string>(&found)) return std::move(*problem);
  const auto& claim = std::get<UnitStore::Claim>(found);
  // Looked at once more: between the two it may have been saved.
  if (is_behind(claim)) return warn(", and is further"), "";
  warn(", but it still belongs to this one, which claims it again");
  unit.taken = false;
  unit.term = claim.term;
  if (claim.last) unit.checkpoint.number = std::max(unit.checkpoint.number, claim.last->number + 1);
  return {};
}

void Lanes::tell_times(EventTimes& times) {
  std::int64_t follow = Watermarks::kEnd;
  std::int64_t furthest = Watermarks::kStart;
  for (const auto& owned : owned_) {
    if (!owned.started) continue;
    const weir_origin* const origin = owned.lane->origin();
    const std::int64_t time = std::max(times.watermark_of(origin), owned.lane->time());
    furthest = std::max(furthest, time);
    if (!times.is_idle(origin)) follow = std::min(follow, time);
  }
  if (follow == Watermarks::kEnd) follow = furthest;
  for (std::size_t i = 0; i < owned_.size() && !task_.failed(); ++i) {
    Lane& lane = *owned_[i].lane;
    if (!owned_[i].started) continue;
    std::int64_t time = times.watermark_of(lane.origin());
    if (times.is_idle(lane.origin())) time = std::max(time, follow);
    if (time > lane.time()) lane.tell_time(time);
  }
}

void Lanes::tell_end() {
  for (std::size_t i = 0; i < owned_.size() && !task_.failed(); ++i) {
    if (owned_[i].started) owned_[i].lane->tell_time(Watermarks::kEnd);
  }
}

}  // namespace weir
