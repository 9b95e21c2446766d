// SPDX-License-Identifier: Apache-2.0
#include "token_keeper.h"

#include <weir/stage.h>

#include <algorithm>
#include <utility>

#include "redact.h"

namespace weir::wechat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kBetweenForced{30};
/// WeChat renews a stable token about five minutes before its end; asking then gives the new one.
constexpr seconds kRenewBeforeEnd{300};
/// After so many new tokens in a row that were refused at once, more of them would not help.
constexpr int kMostForcedInVain = 3;

}  // namespace

std::string TokenKeeper::get(Context& context, const Fetch& fetch) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !fetching_; });
    if (!token_.empty() && !refused_ && context.now() < renew_at_) return token_;
    if (forced_in_vain_ >= kMostForcedInVain) {
      throw Stop("token_refused",
                 "WeChat refuses access tokens that it has just issued. Another program may be renewing this "
                 "account's token by force, or base_url points to another service");
    }
    const Wanted wanted = this->wanted();
    fetching_ = true;
    lock.unlock();
    try {
      const Grant grant = run(context, fetch, wanted);
      lock.lock();
      take(grant, wanted.force, context.now());
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      fetching_ = false;
      changed_.notify_all();
      throw;
    }
    fetching_ = false;
    changed_.notify_all();
  }
}

TokenKeeper::Wanted TokenKeeper::wanted() const {
  if (!force_) return {false, milliseconds(0)};
  return {true, last_forced_.count() == 0 ? milliseconds(0) : last_forced_ + kBetweenForced};
}

TokenKeeper::Grant TokenKeeper::run(Context& context, const Fetch& fetch, Wanted wanted) {
  const milliseconds wait = wanted.not_before - context.now();
  if (wait.count() > 0 && !context.sleep(std::min<milliseconds>(wait, kBetweenForced))) {
    throw Stop("aborted", "the pipeline was aborted while it waited for an access token");
  }
  return fetch(wanted.force);
}

void TokenKeeper::take(const Grant& grant, bool forced, milliseconds now) {
  if (forced) {
    last_forced_ = now;
    ++forced_in_vain_;  // until it is accepted
  } else if (refused_ && grant.token == token_) {
    force_ = true;
    return;
  }
  token_ = grant.token;
  refused_ = force_ = false;
  // A life that is short already is not to be asked about in each call.
  renew_at_ = now + grant.life - std::min<seconds>(kRenewBeforeEnd, grant.life / 5);
}

void TokenKeeper::refused(std::string_view token) {
  const std::lock_guard lock(mutex_);
  if (token == token_) refused_ = true;
}

void TokenKeeper::accepted(std::string_view token) {
  const std::lock_guard lock(mutex_);
  if (token == token_) forced_in_vain_ = 0;
}

std::string TokenKeeper::redacted(const std::string& text) const {
  const std::lock_guard lock(mutex_);
  return without(text, token_);
}

}  // namespace weir::wechat
