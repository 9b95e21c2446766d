// SPDX-License-Identifier: Apache-2.0
#include "runtime/sink_units.h"

#include <algorithm>
#include <utility>

#include "checkpoint/unit_folder.h"
#include "runtime/sink_checkpoint.h"

namespace weir {
namespace {

constexpr const char* kPrefix = "partition-";

}  // namespace

std::string unit_name(const weir_origin& origin) {
  return kPrefix + std::string(view(origin.name)) + "-" + std::to_string(origin.partition);
}

bool is_unit_name(std::string_view name) {
  return name.starts_with(kPrefix);
}

std::unique_ptr<UnitStore> open_unit_store(const PipelineGraph& graph) {
  if (graph.keeper) return std::make_unique<SinkUnits>(graph.stages[*graph.keeper]);
  return std::make_unique<UnitFolder>(graph.spec.checkpoint_store, graph.spec.name);
}

std::string SinkUnits::problem(const std::string& why) const {
  return why.empty() ? why : "stage '" + keeper_.spec.name + "', which keeps the checkpoints: " + why;
}

std::string SinkUnits::look(const std::string* name, Saved& saved) const {
  const std::lock_guard lock(mutex_);
  return problem(keeper_.open->look(name, saved));
}

std::string SinkUnits::open() {
  Saved saved;
  if (auto why = look(nullptr, saved); !why.empty()) return why;
  for (const auto& [name, content] : saved) {
    if (is_unit_name(name)) {
      has_units_ = true;
      continue;
    }
    return problem(
        "it holds a checkpoint of this pipeline as a whole, " + name +
        ", which cannot be divided among partitions; give the pipeline another name to begin without "
        "what the stages kept");
  }
  return {};
}

std::variant<UnitStore::Claim, std::string> SinkUnits::read(std::uint64_t term, const Saved& saved,
                                                            Origins& origins) const {
  Claim claim{term, std::nullopt, {}};
  if (saved.empty()) return claim;
  const auto& [name, content] = *saved.begin();
  auto checkpoint = decode(content, origins);
  if (const auto* why = std::get_if<std::string>(&checkpoint)) return problem(name + ": " + *why);
  claim.last = std::move(std::get<0>(checkpoint));
  return claim;
}

std::variant<UnitStore::Claim, std::string> SinkUnits::claim(const weir_origin& origin, int task,
                                                             Origins& origins) const {
  Saved saved;
  std::uint64_t term = 0;
  {
    const std::lock_guard lock(mutex_);
    if (auto why = keeper_.open->claim(unit_name(origin), task, term, saved); !why.empty())
      return problem(why);
  }
  return read(term, saved, origins);
}

std::variant<UnitStore::Claim, std::string> SinkUnits::look_at(const weir_origin& origin,
                                                               Origins& origins) const {
  Saved saved;
  const std::string name = unit_name(origin);
  if (auto why = look(&name, saved); !why.empty()) return why;
  return read(0, saved, origins);
}

std::string SinkUnits::save(std::vector<Unit>& units) const {
  SinkCheckpoint all;
  for (auto& unit : units) {
    std::string content = encode(unit.checkpoint);
    unit.bytes = content.size();
    const weir_position position = unit.checkpoint.positions.front();
    all.positions.push_back(position);
    all.units.push_back({unit_name(*unit.origin), unit.origin, position.next, unit.term,
                         unit.checkpoint.number, std::move(content), true});
  }
  const std::lock_guard lock(mutex_);
  return problem(all.as_c([&](const weir_checkpoint* c) { return keeper_.open->save(*c); }));
}

std::variant<CheckpointStore::Loaded, std::string> SinkUnits::load_all(Origins& origins) const {
  Saved names;
  if (auto why = look(nullptr, names); !why.empty()) return why;
  CheckpointStore::Loaded loaded;
  for (const auto& [name, nothing] : names) {
    if (!is_unit_name(name)) continue;
    Saved saved;
    if (auto why = look(&name, saved); !why.empty()) return why;
    auto unit = read(0, saved, origins);
    if (auto* why = std::get_if<std::string>(&unit)) return std::move(*why);
    auto& last = std::get<Claim>(unit).last;
    if (!last) continue;
    loaded.last = std::max(loaded.last, last->number);
    loaded.checkpoints.push_back(std::move(*last));
  }
  std::stable_sort(loaded.checkpoints.begin(), loaded.checkpoints.end(),
                   [](const Checkpoint& a, const Checkpoint& b) { return a.group < b.group; });
  return loaded;
}

}  // namespace weir
