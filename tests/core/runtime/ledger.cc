// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

namespace weir::test {

Bank::Rows Bank::rows(const std::string& stage) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(stage);
  return found == rows_.end() ? Rows() : found->second;
}

std::size_t Bank::prepared(const std::string& stage) const {
  const std::lock_guard lock(mutex_);
  const auto found = prepared_.find(stage);
  return found == prepared_.end() ? 0 : found->second.size();
}

void Bank::clear() {
  const std::lock_guard lock(mutex_);
  rows_.clear();
  prepared_.clear();
  saved_.clear();
  failure_.reset();
}

void Bank::fail_at(const std::string& step, int nth, bool after) {
  const std::lock_guard lock(mutex_);
  failure_ = {step, nth, after};
}

void Bank::heal() {
  const std::lock_guard lock(mutex_);
  failure_.reset();
}

void Bank::pass(const std::string& step, bool after) {
  const std::lock_guard lock(mutex_);
  if (!failure_ || failure_->step != step || failure_->after != after || --failure_->left > 0) return;
  failure_.reset();
  throw Stop("pulled", "the plug was pulled at " + step);
}

void Bank::prepare(const std::string& stage, const std::string& id, Rows rows) {
  const std::lock_guard lock(mutex_);
  prepared_[stage][id] = std::move(rows);
}

void Bank::commit(const std::string& stage, const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto& all = prepared_[stage];
  const auto found = all.find(id);
  if (found == all.end()) return;
  rows_[stage].insert(rows_[stage].end(), found->second.begin(), found->second.end());
  all.erase(found);
}

void Bank::roll_back_all(const std::string& stage) {
  const std::lock_guard lock(mutex_);
  prepared_.erase(stage);
}

void Bank::save(const std::string& stage, const std::string& name, const std::string& content,
                const Rows& rows) {
  const std::lock_guard lock(mutex_);
  saved_[stage][name] = content;
  rows_[stage].insert(rows_[stage].end(), rows.begin(), rows.end());
}

std::map<std::string, std::string> Bank::saved(const std::string& stage) const {
  const std::lock_guard lock(mutex_);
  const auto found = saved_.find(stage);
  return found == saved_.end() ? std::map<std::string, std::string>() : found->second;
}

Bank& bank() {
  static Bank the_bank;
  return the_bank;
}

void Ledger::describe(Descriptor& d) {
  d.name("ledger").summary("Writes rows of the bank.");
  d.option("can", Type::kChoice, "What it is able to do.")
      .choices({"prepare", "keep", "both"})
      .default_value("both");
  d.option("refuse", Type::kString, "What it refuses.").default_value("none");
}

std::string Ledger::refuses(const Options& options, Transactions how, std::uint32_t instances) {
  const std::string can = options.string("can");
  if (how.keeps_checkpoints && can == "prepare") return "it keeps no checkpoints";
  if (can == "keep" && (!how.keeps_checkpoints || instances > 1)) return "it cannot prepare";
  return {};
}

void Ledger::load(const Options&, Context& context, const Visit& visit) {
  bank().pass("load", false);
  for (const auto& [name, content] : bank().saved(std::string(view(context.place().stage))))
    visit(name, content);
}

void Ledger::recover(const Options&, std::span<const std::string_view> saved, Context& context) {
  const std::string stage(view(context.place().stage));
  for (const auto id : saved) {
    bank().commit(stage, std::string(id));
    bank().pass("recover", true);
  }
  bank().roll_back_all(stage);
}

void Ledger::start(Context& context) {
  const weir_place& place = context.place();
  stage_ = view(place.stage);
  id_ = std::to_string(place.task) + "-" + std::to_string(place.worker) + "-";
}

void Ledger::write(Records records, Context& out) {
  bank().pass("write", false);
  for (const Record& record : records) {
    const std::string value(view(record.value));
    if (value == refuse_) {
      out.fail(Port::kError, record, "refused", "it is bad");
    } else {
      open_.push_back(value);
    }
  }
}

void Ledger::flush(Context&) {
  bank().pass("flush", true);
}

std::string Ledger::prepare(std::uint64_t checkpoint, Context&) {
  bank().pass("prepare", false);
  if (open_.empty()) return {};
  const std::string id = id_ + std::to_string(checkpoint);
  bank().prepare(stage_, id, std::exchange(open_, {}));
  bank().pass("prepare", true);
  prepared_ = id;
  return id;
}

void Ledger::commit_prepared(Context&) {
  bank().pass("commit", false);
  bank().commit(stage_, prepared_);
  bank().pass("commit", true);
}

void Ledger::save_checkpoint(const weir_checkpoint& checkpoint, Context&) {
  bank().pass("save", false);
  bank().save(stage_, std::string(view(checkpoint.name)), std::string(view(checkpoint.content)),
              std::exchange(open_, {}));
  bank().pass("save", true);
}

void SlowLedger::describe(Descriptor& d) {
  Ledger::describe(d);
  d.name("slow_ledger").blocks().concurrent();
}

}  // namespace weir::test
