// SPDX-License-Identifier: Apache-2.0
#include "runtime/units.h"

#include <weir/record.h>

#include <utility>

#include "checkpoint/unit_split.h"
#include "runtime/saved_states.h"

namespace weir {
namespace {

/// A process that takes a unit over from another one counts on so far ahead of it: should that one, thought
/// dead, still save a few times, the newer state has the higher number all the same.
constexpr std::uint64_t kAhead = 1000;

std::string describe(const weir_origin& origin) {
  return "partition " + std::to_string(origin.partition) + " of '" + std::string(view(origin.name)) + "'";
}

}  // namespace

void Units::switch_on(Partitioner by, const UnitFolder& folder, std::vector<Checkpoint> begin_with) {
  by_ = by;
  folder_ = &folder;
  begin_with_ = std::move(begin_with);
}

std::string Units::set_partitions(std::uint32_t partitions) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t before = partitions_.load(std::memory_order_relaxed);
  if (partitions == 0) return "the source says that it has no partitions";
  if (before != 0 && before != partitions) {
    return "the source has " + std::to_string(partitions) + " partitions now, and had " +
           std::to_string(before) +
           ", so that keys are found in others than those where their state is; see 'Other numbers of "
           "partitions' in pipelines/README.md";
  }
  if (before != 0) return {};
  owners_ = std::make_unique<std::atomic<int>[]>(partitions);
  for (std::uint32_t unit = 0; unit < partitions; ++unit) owners_[unit] = kNobody;
  partitions_.store(partitions, std::memory_order_release);
  return {};
}

std::vector<std::int32_t> Units::all() const {
  std::vector<std::int32_t> units;
  const auto count = static_cast<std::int32_t>(partitions());
  for (std::int32_t unit = 0; unit < count; ++unit) {
    if (has(unit)) units.push_back(unit);
  }
  return units;
}

std::variant<Units::Loaded, std::string> Units::load(const weir_origin& origin, const PipelineGraph& graph,
                                                     Origins& origins) const {
  auto loaded = folder_->load(origin.partition, origins);
  if (auto* problem = std::get_if<std::string>(&loaded)) return std::move(*problem);
  auto& last = std::get<0>(loaded);
  Loaded result{last.checkpoint ? std::move(*last.checkpoint) : beginning(origin.partition),
                std::move(last.damaged)};
  Checkpoint& unit = result.unit;
  if (last.checkpoint && static_cast<std::uint32_t>(unit.groups) != partitions()) {
    return "what was saved with " + describe(origin) + " is one of " + std::to_string(unit.groups) +
           " partitions, and the source has " + std::to_string(partitions()) +
           "; see 'Other numbers of partitions' in pipelines/README.md";
  }
  for (const auto& p : unit.positions) {
    if (p.origin == &origin) continue;
    return "what was saved with " + describe(origin) + " is of " + describe(*p.origin) + " of the source '" +
           std::string(view(p.origin->source)) +
           "'; change the file back, or give the pipeline another name or place for its checkpoints";
  }
  std::vector<Checkpoint> one{std::move(unit)};
  if (auto problem = check_saved_states(graph, one, false); !problem.empty()) return problem;
  unit = std::move(one.front());
  if (last.checkpoint && !last.own) unit.number += kAhead;
  return result;
}

Checkpoint Units::beginning(std::int32_t unit) const {
  Checkpoint begun;
  begun.group = unit;
  const UnitSplit split{{unit}, [this](std::string_view key) { return of(key); }};
  for (const auto& saved : begin_with_) {
    for (const auto& p : saved.positions) {
      if (p.origin->partition == unit) begun.positions.push_back(p);
    }
    for (const auto& task : saved.states) {
      auto& part = begun.states.emplace_back();
      for (const auto& state : task) {
        std::string text = split_snapshot(state.snapshot, split).front();
        if (!text.empty()) part.push_back({state.stage, state.shape, std::move(text)});
      }
    }
  }
  return begun;
}

}  // namespace weir
