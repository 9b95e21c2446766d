// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <standins/wechat_api.h>
#include <weir/testing.h>

#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "processes/wechat_users/wechat_users.h"

namespace weir::wechat {

/// A stand-in of WeChat's API and one worker of the process that asks it. Set `options_` before the first
/// lookup().
class WechatUsersTest : public ::testing::Test {
 protected:
  using Lookup = weir::testing::Harness<WechatUsers>;

  Lookup& lookup() {
    if (lookup_ == nullptr) lookup_ = std::make_unique<Lookup>(options_.dump());
    return *lookup_;
  }

  static std::string id(std::size_t i) { return "oId" + std::to_string(i); }
  static std::vector<weir::testing::Item> ids(std::size_t count) {
    std::vector<weir::testing::Item> items;
    for (std::size_t i = 0; i < count; ++i) items.emplace_back(R"({"openid":")" + id(i) + R"("})");
    return items;
  }

  standins::WeChatApi api_;
  nlohmann::json options_ = {
      {"app_id", "wx-standin"}, {"secret", "standin-secret"}, {"base_url", api_.url()}};

 private:
  std::unique_ptr<Lookup> lookup_;
};

}  // namespace weir::wechat
