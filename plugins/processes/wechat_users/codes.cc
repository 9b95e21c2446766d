// SPDX-License-Identifier: Apache-2.0
#include "codes.h"

#include <string>

namespace weir::wechat {
namespace {

using http::Answer;
using http::Verdict;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long all workers hold still when the limit of a minute is reached: short against the minute, so that
/// little of the next one is lost; long against a call.
constexpr seconds kMinuteLimitPause{10};
/// Limits of a day end a little later than their clock and ours say.
constexpr seconds kResetMargin{5};

Verdict verdict(Answer answer, int code, std::string_view message) {
  return {answer, std::to_string(code), std::string(message), std::nullopt};
}

Verdict stop(int code, std::string_view message, const char* advice) {
  return verdict(Answer::kStop, code,
                 "WeChat answered " + std::to_string(code) + " (" + std::string(message) + "): " + advice);
}

Verdict pause(int code, std::string_view message, milliseconds time) {
  Verdict v = verdict(Answer::kPause, code, message);
  v.wait = time;
  return v;
}

/// What a person has to do about a code that no repetition helps against; null for other codes.
const char* advice_for(int code) {
  switch (code) {
    case 40013:
      return "check the option app_id";
    case 41002:
      return "the option app_id is empty";
    case 41004:
      return "the option secret is empty";
    case 40125:
      return "check the option secret: it does not belong to this app_id";
    case 40243:
    case 50004:
    case 50007:
      return "the AppSecret or the account is frozen; see the account's page at mp.weixin.qq.com";
    case 40164:
    case 61004:
      return "add this machine's IP address to the account's IP whitelist (mp.weixin.qq.com, Basic "
             "Configuration)";
    case 89501:
    case 89503:
    case 89506:
    case 89507:
      return "the account's administrator has to confirm the calls from this IP address";
    case 48001:
    case 61007:
      return "the account has no permission for this interface; see its list of interface permissions";
    case 48004:
      return "the interface was taken from the account for a violation; see the account's notices";
    case 50002:
      return "the account is restricted; see the account's notices";
    default:
      return nullptr;
  }
}

}  // namespace

bool is_token_code(int code) {
  return code == 40001 || code == 40014 || code == 41001 || code == 42001;
}

Verdict judge_users_code(int code, std::string_view message, milliseconds now) {
  switch (code) {
    case -1:  // busy
      return verdict(Answer::kRetry, code, message);
    case 45011:
      return pause(code, message, kMinuteLimitPause);
    case 45009:
      return pause(code, message, next_quota_reset(now) - now);
    case 40003:
    case 40031:
      return verdict(Answer::kSplit, code, message);
    case 45002:
      return verdict(Answer::kTooMuch, code, message);
    default:
      break;
  }
  if (const char* advice = advice_for(code)) return stop(code, message, advice);
  return verdict(Answer::kRefuse, code, message);
}

Verdict judge_token_code(int code, std::string_view message, milliseconds now) {
  switch (code) {
    case -1:
      return verdict(Answer::kRetry, code, message);
    case 45011:
      return pause(code, message, kMinuteLimitPause);
    case 45009:
      return pause(code, message, next_quota_reset(now) - now);
    case 40001:
      return stop(code, message, advice_for(40125));
    default:
      break;
  }
  const char* advice = advice_for(code);
  return stop(code, message, advice != nullptr ? advice : "no access token is to be had");
}

Verdict judge_status(int status, std::string_view location) {
  Verdict v{Answer::kRetry, "http_" + std::to_string(status), "HTTP status " + std::to_string(status),
            std::nullopt};
  if (status >= 500 || status == 408 || status == 429) return v;
  v.answer = Answer::kStop;
  v.message += ", which WeChat does not answer with: check the option base_url";
  if (!location.empty()) v.message += " (it redirects)";
  return v;
}

milliseconds next_quota_reset(milliseconds now) {
  const milliseconds in_shanghai = now + hours(8);
  const milliseconds into_day = in_shanghai % hours(24);
  return now - into_day + hours(24) + kResetMargin;
}

}  // namespace weir::wechat
