// SPDX-License-Identifier: Apache-2.0
#include "user_reply.h"

#include <weir/abi.h>

namespace weir::wechat {
namespace {

std::string_view trimmed(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

/// A message that stays on one line.
std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return line;
}

}  // namespace

UserReply::Kind UserReply::read(std::string_view body, const std::function<void(const UserRow&)>& row) {
  code_ = 0;
  message_.clear();
  token_.clear();
  expires_in_ = 0;
  try {
    simdjson::ondemand::document document =
        parser_.iterate(body.data(), body.size(), body.size() + WEIR_PADDING);
    const Kind kind = read_object(document.get_object(), row);
    // Text behind the object, or a reply that was cut off in a place that was passed over.
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? kind : Kind::kUnreadable;
  } catch (const simdjson::simdjson_error&) {
    return Kind::kUnreadable;
  }
}

UserReply::Kind UserReply::read_object(simdjson::ondemand::object object,
                                       const std::function<void(const UserRow&)>& row) {
  bool rows = false;
  for (auto field : object) {
    const std::string_view name = field.unescaped_key();
    if (name == "user_info_list") {
      read_rows(field.value(), row);
      rows = true;
    } else if (name == "errcode") {
      code_ = static_cast<int>(std::int64_t(field.value()));
    } else if (name == "errmsg") {
      message_ = one_line(std::string_view(field.value()));
    } else if (name == "access_token") {
      token_ = std::string_view(field.value());
    } else if (name == "expires_in") {
      expires_in_ = field.value();
    }
  }
  if (code_ != 0) return Kind::kError;
  if (rows) return Kind::kRows;
  return token_.empty() ? Kind::kUnreadable : Kind::kToken;
}

void UserReply::read_rows(simdjson::ondemand::value list, const std::function<void(const UserRow&)>& row) {
  for (simdjson::ondemand::object user : list.get_array()) {
    UserRow r;
    r.json = trimmed(user.raw_json());
    user.reset();
    std::int64_t subscribe = 1;
    if (user.find_field_unordered("subscribe").get(subscribe) == simdjson::SUCCESS)
      r.following = subscribe != 0;
    if (user.find_field_unordered("openid").get(r.openid) == simdjson::SUCCESS) row(r);
  }
}

}  // namespace weir::wechat
