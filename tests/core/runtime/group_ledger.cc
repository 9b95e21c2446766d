// SPDX-License-Identifier: Apache-2.0
#include "group_ledger.h"

#include <algorithm>
#include <utility>

#include "test_stages.h"

namespace weir::test {

Vault& vault() {
  static Vault the_vault;
  return the_vault;
}

void Vault::clear() {
  const std::lock_guard lock(mutex_);
  units_.clear();
  rows_.clear();
}

std::vector<std::string> Vault::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

bool Vault::is_released(const std::string& unit) const {
  const std::lock_guard lock(mutex_);
  const auto found = units_.find(unit);
  return found != units_.end() && found->second.released;
}

CheckpointSink::Claim Vault::claim(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  Unit& claimed = units_[unit];
  claimed.released = false;
  return {++claimed.term, claimed.content};
}

CheckpointSink::Claim Vault::look(const std::string& unit) const {
  const std::lock_guard lock(mutex_);
  const auto found = units_.find(unit);
  return found == units_.end() ? CheckpointSink::Claim() : CheckpointSink::Claim{0, found->second.content};
}

std::vector<std::string> Vault::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [name, unit] : units_) {
    if (unit.content) all.push_back(name);
  }
  return all;
}

bool Vault::save(const weir_checkpoint& checkpoint, const std::vector<std::string>& rows) {
  const std::lock_guard lock(mutex_);
  const auto* const end = checkpoint.units + checkpoint.unit_count;
  const bool ours = std::all_of(checkpoint.units, end, [&](const weir_unit& unit) {
    return units_[std::string(view(unit.name))].term == unit.term;
  });
  if (!ours) return false;
  for (const auto* unit = checkpoint.units; unit != end; ++unit) {
    Unit& saved = units_[std::string(view(unit->name))];
    if (unit->content.data != nullptr) saved.content = std::string(view(unit->content));
    saved.released = unit->leaves != 0;
  }
  rows_.insert(rows_.end(), rows.begin(), rows.end());
  return true;
}

void GroupLedger::describe(Descriptor& d) {
  d.name("group_ledger").summary("Writes rows into the vault, which several processes share.").blocks();
}

CheckpointSink::Claim GroupLedger::claim_unit(const Options&, Shared&, std::string_view name, std::uint32_t,
                                              Context&) {
  return vault().claim(std::string(name));
}

void GroupLedger::look(const Options&, Shared&, std::optional<std::string_view> name, Context&,
                       const Visit& visit) {
  if (!name) {
    for (const auto& found : vault().names()) visit(found, {});
  } else if (const auto unit = vault().look(std::string(*name)); unit.content) {
    visit(*name, *unit.content);
  }
}

void GroupLedger::save_units(const Options&, Shared&, const weir_checkpoint& checkpoint, Context&) {
  if (!vault().save(checkpoint, {})) throw Stop("taken_over", "another process has taken over");
}

void GroupLedger::write(Records records, Context& out) {
  for (const Record& record : records) open_.emplace_back(view(record.value));
  if (!Transactions::of(out.place().transactions).in_transactions) {
    static_cast<void>(vault().save({}, std::exchange(open_, {})));
  }
  for (const Record& record : records) board().note("wrote " + std::string(view(record.value)));
}

void GroupLedger::save_checkpoint(const weir_checkpoint& checkpoint, Context&) {
  if (!vault().save(checkpoint, open_)) throw Stop("taken_over", "another process has taken over");
  open_.clear();
}

}  // namespace weir::test
