// SPDX-License-Identifier: Apache-2.0
#include "metrics/job_metrics.h"

#include <algorithm>

namespace weir {
namespace {

std::int64_t microseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

}  // namespace

StageTotals& StageTotals::operator+=(const StageTotals& other) {
  in += other.in;
  for (std::size_t p = 0; p < ports.size(); ++p) ports[p] += other.ports[p];
  error += other.error;
  given_up += other.given_up;
  held_back += other.held_back;
  for (const auto& [name, n] : other.named) named[name] += n;
  return *this;
}

CheckpointCosts& CheckpointCosts::operator+=(const CheckpointCosts& later) {
  bytes += later.bytes;
  pauses += later.pauses;
  pause += later.pause;
  longest_pause = std::max(longest_pause, later.longest_pause);
  if (later.pauses != 0) last_pause = later.last_pause;
  if (later.bytes != 0) {
    last_bytes = later.last_bytes;
    last_duration = later.last_duration;
  }
  return *this;
}

JobMetrics::JobMetrics(const std::vector<std::size_t>& port_counts, int tasks)
    : tasks_(static_cast<std::size_t>(tasks)), named_(port_counts.size()), saved_named_(port_counts.size()) {
  for (const std::size_t ports : port_counts) {
    for (int task = 0; task < tasks; ++task) {
      slots_.emplace_back(ports);
      saved_.emplace_back().ports.resize(ports);
    }
  }
  noted_ = saved_;
}

std::atomic<std::uint64_t>& JobMetrics::named(std::size_t stage, std::string_view name) {
  const std::lock_guard lock(mutex_);
  auto found = named_[stage].find(name);
  if (found == named_[stage].end()) {
    found = named_[stage].emplace(name, std::make_unique<std::atomic<std::uint64_t>>(0)).first;
  }
  return *found->second;
}

StageTotals JobMetrics::total_of(std::size_t slot) const {
  const StageCounts& counts = slots_[slot];
  StageTotals total;
  total.in = counts.in.get();
  total.error = counts.error.get();
  total.given_up = counts.given_up.get();
  total.held_back = counts.held_back.get();
  for (const auto& port : counts.ports) total.ports.push_back(port.get());
  return total;
}

std::vector<StageTotals> JobMetrics::totals() const {
  std::vector<StageTotals> all(named_.size());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto& total = all[i / tasks_];
    total.ports.resize(slots_[i].ports.size());
    total += total_of(i);
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t s = 0; s < named_.size(); ++s) {
    for (const auto& [name, count] : named_[s]) all[s].named[name] = count->load(std::memory_order_relaxed);
  }
  return all;
}

void JobMetrics::note_checkpoint(int task, const std::vector<std::uint64_t>& held) {
  const std::lock_guard lock(mutex_);
  for (std::size_t s = 0; s < named_.size(); ++s) {
    const std::size_t slot = s * tasks_ + static_cast<std::size_t>(task);
    noted_[slot] = total_of(slot);
    noted_[slot].given_up += held[s];
    for (const auto& [name, count] : named_[s])
      noted_[slot].named[name] = count->load(std::memory_order_relaxed);
  }
}

void JobMetrics::checkpointed(int task, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  for (std::size_t s = 0; s < named_.size(); ++s) {
    const std::size_t slot = s * tasks_ + static_cast<std::size_t>(task);
    saved_named_[s] = std::move(noted_[slot].named);
    noted_[slot].named.clear();
    saved_[slot] = noted_[slot];
  }
  ++checkpoints_;
  last_checkpoint_ = now;
}

void JobMetrics::checkpoint_paused(std::chrono::steady_clock::duration time) {
  const std::lock_guard lock(mutex_);
  ++costs_.pauses;
  costs_.last_pause = microseconds(time);
  costs_.pause += costs_.last_pause;
  costs_.longest_pause = std::max(costs_.longest_pause, costs_.last_pause);
}

void JobMetrics::checkpoint_written(std::uint64_t bytes, std::chrono::steady_clock::duration time) {
  const std::lock_guard lock(mutex_);
  costs_.bytes += bytes;
  costs_.last_bytes = bytes;
  costs_.last_duration = microseconds(time);
}

CheckpointCosts JobMetrics::checkpoint_costs() const {
  const std::lock_guard lock(mutex_);
  return costs_;
}

std::vector<StageTotals> JobMetrics::totals_at_checkpoints() const {
  std::vector<StageTotals> all(named_.size());
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < saved_.size(); ++i) {
    auto& total = all[i / tasks_];
    total.ports.resize(slots_[i].ports.size());
    total += saved_[i];
  }
  for (std::size_t s = 0; s < named_.size(); ++s) all[s].named = saved_named_[s];
  return all;
}

std::uint64_t JobMetrics::checkpoints() const {
  const std::lock_guard lock(mutex_);
  return checkpoints_;
}

std::optional<std::int64_t> JobMetrics::last_checkpoint() const {
  const std::lock_guard lock(mutex_);
  return last_checkpoint_;
}

}  // namespace weir
