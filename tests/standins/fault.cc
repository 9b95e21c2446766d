// SPDX-License-Identifier: Apache-2.0
#include "fault.h"

#include <algorithm>
#include <utility>

namespace weir::standins {

void FaultScript::add(std::uint64_t calls, Fault fault, std::string endpoint) {
  if (calls == 0) return;
  const std::lock_guard lock(mutex_);
  orders_.push_back({calls, std::move(fault), std::move(endpoint)});
}

std::optional<Fault> FaultScript::take(const std::string& endpoint) {
  const std::lock_guard lock(mutex_);
  const auto order = std::find_if(orders_.begin(), orders_.end(), [&](const Order& candidate) {
    return candidate.endpoint.empty() || candidate.endpoint == endpoint;
  });
  if (order == orders_.end()) return std::nullopt;
  Fault fault = order->fault;
  if (--order->calls == 0) orders_.erase(order);
  return fault;
}

void FaultScript::clear() {
  const std::lock_guard lock(mutex_);
  orders_.clear();
}

}  // namespace weir::standins
