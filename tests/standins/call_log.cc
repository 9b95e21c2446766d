// SPDX-License-Identifier: Apache-2.0
#include "call_log.h"

#include <algorithm>

namespace weir::standins {
namespace {

constexpr std::size_t kRequestsKept = 256;

}  // namespace

void CallLog::begin(const std::string& endpoint, const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  ++stats_.calls[endpoint];
  ++stats_.in_flight;
  stats_.most_in_flight = std::max(stats_.most_in_flight, stats_.in_flight);
  if (requests_.size() == kRequestsKept) requests_.pop_front();
  requests_.push_back(request);
  changed_.notify_all();
}

void CallLog::end(const std::string& outcome) {
  const std::lock_guard lock(mutex_);
  --stats_.in_flight;
  ++stats_.answers[outcome];
  changed_.notify_all();
}

void CallLog::asked(const std::vector<std::string>& ids) {
  const std::lock_guard lock(mutex_);
  stats_.ids_asked += ids.size();
  stats_.most_ids_in_a_call = std::max<std::uint64_t>(stats_.most_ids_in_a_call, ids.size());
  if (!remember_ids_) return;
  for (const std::string& id : ids) ++times_asked_[id];
}

CallStats CallLog::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

std::uint64_t CallLog::calls(const std::string& endpoint) const {
  const std::lock_guard lock(mutex_);
  const auto found = stats_.calls.find(endpoint);
  return found == stats_.calls.end() ? 0 : found->second;
}

std::uint64_t CallLog::times_asked(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = times_asked_.find(id);
  return found == times_asked_.end() ? 0 : found->second;
}

std::unordered_map<std::string, std::uint64_t> CallLog::ids() const {
  const std::lock_guard lock(mutex_);
  return times_asked_;
}

std::vector<HttpRequest> CallLog::last_requests() const {
  const std::lock_guard lock(mutex_);
  return {requests_.begin(), requests_.end()};
}

void CallLog::reset() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t in_flight = stats_.in_flight;
  stats_ = {};
  stats_.in_flight = in_flight;
  stats_.most_in_flight = in_flight;
  times_asked_.clear();
  requests_.clear();
}

bool CallLog::wait_for_calls(const std::string& endpoint, std::uint64_t count,
                             std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] {
    const auto found = stats_.calls.find(endpoint);
    return (found == stats_.calls.end() ? 0 : found->second) >= count;
  });
}

bool CallLog::wait_for_in_flight(std::uint64_t count, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return stats_.in_flight == count; });
}

}  // namespace weir::standins
