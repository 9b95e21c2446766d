// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "http/caller.h"

namespace weir::wechat {

/// What each return code of WeChat asks for, as its documentation of batchGetUserInfo, getStableAccessToken
/// and of the global return codes says.

/// Whether the code says that the access token is no good (any more): another one has to be fetched.
bool is_token_code(int code);

/// The answer to `code` from user/info/batchget, other than those of is_token_code(). `now`: milliseconds
/// since 1970 UTC. A code that is not known is refused.
http::Verdict judge_users_code(int code, std::string_view message, std::chrono::milliseconds now);

/// The answer to `code` from stable_token: again, or stop, as nothing works without a token.
http::Verdict judge_token_code(int code, std::string_view message, std::chrono::milliseconds now);

/// The answer to a reply of another HTTP status than 200. `location`: where a redirection points.
http::Verdict judge_status(int status, std::string_view location);

/// The next midnight in Shanghai (UTC+8, no summer time), when WeChat's daily limits begin anew.
std::chrono::milliseconds next_quota_reset(std::chrono::milliseconds now);

}  // namespace weir::wechat
