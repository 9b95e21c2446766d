// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace weir::wechat {

/// One row of a reply; views into it.
struct UserRow {
  std::string_view openid;
  std::string_view json;  ///< the whole row as WeChat sent it
  bool following = true;  ///< false: `subscribe` is 0, and nothing else is known of the user
};

/// Reads replies of user/info/batchget and of stable_token in place. One thread.
class UserReply {
 public:
  enum class Kind { kRows, kToken, kError, kUnreadable };

  /// `body` has WEIR_PADDING readable bytes behind it. Calls `row` for each row of user_info_list; when
  /// the result is kUnreadable after all, what it has seen by then is void.
  Kind read(std::string_view body, const std::function<void(const UserRow&)>& row);

  /// After kError: WeChat's code and message.
  int code() const { return code_; }
  const std::string& message() const { return message_; }
  /// After kToken.
  const std::string& token() const { return token_; }
  std::int64_t expires_in() const { return expires_in_; }

 private:
  Kind read_object(simdjson::ondemand::object object, const std::function<void(const UserRow&)>& row);
  void read_rows(simdjson::ondemand::value list, const std::function<void(const UserRow&)>& row);

  simdjson::ondemand::parser parser_;
  int code_ = 0;
  std::string message_;
  std::string token_;
  std::int64_t expires_in_ = 0;
};

}  // namespace weir::wechat
