// SPDX-License-Identifier: Apache-2.0
//
// Task's part in partitions that come from another owner or go to one.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "runtime/task.h"

namespace weir {

void Task::give_up(const weir_origin* const* origins, std::size_t count, bool lost) {
  const std::vector<const weir_origin*> gone(origins, origins + count);
  // What is lost may be with its next owner already, even here: then its records are not to be told from
  // those that are read again, and stay.
  if (!lost && !failed()) {
    group_.give_up(gone);
    group_.call_checkpoint();
    take_part(Clock::now() + kGiveUpTime);
    group_.gone(gone);
  }
  if (graph_.spec.exactly_once && !failed() && (lost || !all_saved(gone))) {
    return stop_for(
        {"checkpoint", "partitions_lost",
         "partitions have gone to another owner before what was read of them was committed; it is "
         "taken back, and read again by that one"});
  }
  if (services_.units.on()) {
    drop_units(gone);
  } else if (group_.size() == 1) {
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

bool Task::take_over(const weir_origin* const* origins, std::size_t count, std::uint32_t partitions) {
  if (failed() || over_) return false;
  if (!services_.units.on()) return true;
  const auto refuse = [&](std::string why) {
    stop_for({"checkpoint", "take_over", std::move(why)});
    return false;
  };
  if (auto why = services_.units.set_partitions(partitions); !why.empty()) return refuse(std::move(why));
  TaskGroup::Change change;
  change.member = member_;
  for (std::size_t i = 0; i < count; ++i) {
    auto loaded = services_.units.load(*origins[i], graph_, services_.origins);
    if (auto* why = std::get_if<std::string>(&loaded)) return refuse(std::move(*why));
    auto& [unit, damaged] = std::get<0>(loaded);
    if (!damaged.empty()) services_.log.write(LogLevel::kWarn, "checkpoint", damaged);
    change.come.push_back(std::move(unit));
    // Another task has it that has not learnt yet that it is lost: it is taken from that one as it was saved.
    if (!services_.units.has(origins[i]->partition)) continue;
    services_.units.remove(origins[i]->partition);
    change.gone.push_back(origins[i]->partition);
  }
  group_.call_change(std::move(change));
  take_part(Clock::time_point::max());
  return !failed() && !over_;
}

/// What has been gathered for others is sent, and from now on nothing.
void Task::be_still() {
  for (auto& exchange : exchanges_) exchange->post();
}

void Task::change() {
  for (auto& parcel : inbox_.take_parcels()) {
    Exchange& exchange = *exchanges_[parcel->exchange];
    exchange.arrive(std::move(parcel));
  }
  std::vector<std::int32_t> staying = services_.units.all();
  bool some_come = false;
  for (const auto& change : group_.changes()) {
    for (auto& node : nodes_) node->drop_units(change.gone);
    for (auto* source : sources_) source->forget_units(change.gone);
    for (auto& exchange : exchanges_) {
      exchange->forget([this](const weir_record& record) { return services_.units.lacks(record); });
    }
    for (const auto& unit : change.come) std::erase(staying, unit.group);
    some_come = some_come || !change.come.empty();
  }
  if (!some_come) return;
  for (auto& exchange : exchanges_) exchange->set_back();
  for (auto& node : nodes_) node->set_back(staying);
  try {
    for (const auto& change : group_.changes()) {
      for (const auto& unit : change.come) take_unit(unit, change.member == member_);
    }
  } catch (const std::runtime_error& e) {
    return stop_for({"checkpoint", "take_over", e.what()});
  }
  for (const auto& change : group_.changes()) {
    if (change.member != member_) continue;
    for (const auto& unit : change.come) {
      services_.units.add(unit.group, number_);
      services_.saved.set(unit.positions);
      for (const auto& position : unit.positions) {
        for (auto* source : sources_) source->take_over(position);
      }
    }
  }
}

void Task::drop_units(const std::vector<const weir_origin*>& origins) {
  TaskGroup::Change change;
  change.member = member_;
  for (const auto* origin : origins) {
    if (!services_.units.has(origin->partition, number_)) continue;
    services_.units.remove(origin->partition);
    change.gone.push_back(origin->partition);
  }
  if (change.gone.empty() || failed() || over_) return;
  group_.call_change(std::move(change));
  take_part(Clock::time_point::max());
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
