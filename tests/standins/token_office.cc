// SPDX-License-Identifier: Apache-2.0
#include "token_office.h"

#include <algorithm>
#include <random>

namespace weir::standins {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kRenewedBeforeEnd{5};
constexpr minutes kOverlapOfPlainTokens{5};
constexpr seconds kLeastBetweenForced{30};
constexpr unsigned kMostForcedADay = 20;

std::string random_series() {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::random_device random;
  std::string series;
  for (int i = 0; i < 128; ++i) series.push_back(kLetters[random() % 64]);
  return series;
}

}  // namespace

TokenOffice::TokenOffice(const StandInClock& clock, seconds life)
    : clock_(clock), series_(random_series()), life_(life) {}

std::optional<TokenOffice::Grant> TokenOffice::stable(bool force_refresh) {
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  const auto current = ends_.find(stable_token_);
  if (force_refresh && (!last_forced_ || now - *last_forced_ >= kLeastBetweenForced)) {
    if (now - forced_day_start_ >= hours(24)) {
      forced_day_start_ = now;
      forced_today_ = 0;
    }
    if (forced_today_ == kMostForcedADay) return std::nullopt;
    ++forced_today_;
    last_forced_ = now;
    if (current != ends_.end()) ends_.erase(current);
    Grant grant = issue();
    stable_token_ = grant.token;
    return grant;
  }
  const auto renewed_before = std::min<seconds>(kRenewedBeforeEnd, life_ / 10);
  if (current != ends_.end() && current->second - now > renewed_before) {
    return grant_of(stable_token_);
  }
  Grant grant = issue();
  stable_token_ = grant.token;
  return grant;
}

TokenOffice::Grant TokenOffice::plain() {
  const std::lock_guard lock(mutex_);
  const auto previous = ends_.find(plain_token_);
  if (previous != ends_.end()) {
    previous->second = std::min(previous->second, clock_.now() + kOverlapOfPlainTokens);
  }
  Grant grant = issue();
  plain_token_ = grant.token;
  return grant;
}

TokenOffice::State TokenOffice::state_of(const std::string& token) const {
  const std::lock_guard lock(mutex_);
  const auto found = ends_.find(token);
  if (found == ends_.end()) return State::kUnknown;
  return found->second > clock_.now() ? State::kGood : State::kExpired;
}

void TokenOffice::set_life(seconds life) {
  const std::lock_guard lock(mutex_);
  life_ = life;
}

void TokenOffice::expire_all() {
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  for (auto& [token, end] : ends_) end = std::min(end, now);
}

void TokenOffice::revoke_all() {
  const std::lock_guard lock(mutex_);
  ends_.clear();
}

std::uint64_t TokenOffice::issued() const {
  const std::lock_guard lock(mutex_);
  return issued_;
}

TokenOffice::Grant TokenOffice::issue() {
  ++issued_;
  std::string token = std::to_string(issued_) + "_" + series_;
  ends_[token] = clock_.now() + life_;
  return grant_of(token);
}

TokenOffice::Grant TokenOffice::grant_of(const std::string& token) const {
  return {token, std::chrono::ceil<seconds>(ends_.at(token) - clock_.now())};
}

}  // namespace weir::standins
