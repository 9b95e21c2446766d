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

#include "processes/http_lookup/http_lookup.h"

namespace weir::http_lookup {

/// A stand-in of a lookup service and one worker of the process that asks it. Set `options_` before the first
/// lookup().
class HttpLookupTest : public ::testing::Test {
 protected:
  using Lookup = weir::testing::Harness<HttpLookup>;

  Lookup& lookup() {
    if (lookup_ == nullptr) lookup_ = std::make_unique<Lookup>(options_.dump());
    return *lookup_;
  }

  /// POST /lookup {"ids": [...]} -> {"rows": [{"id", "name"}]}, 422 when one id is bad.
  nlohmann::json batch_options() const {
    return {{"url", api_.url() + "/lookup"},
            {"request", {{"body", {{"ids", "{{items}}"}}}, {"item", "{{id}}"}}},
            {"reply", {{"rows", "rows"}, {"key", "id"}, {"message", "error"}}},
            {"classes", {{{"status", "422"}, {"answer", "split"}}}}};
  }
  /// GET /single/{id} -> {"id", "name"}, 404 and 422.
  nlohmann::json single_options() const {
    return {{"url", api_.url() + "/single/{{id}}"}, {"reply", {{"message", "error"}}}};
  }

  static std::string record(const std::string& id) { return R"({"id":")" + id + R"(","n":1})"; }
  static std::string joined(const std::string& id) {
    return R"({"n":1,"id":")" + id + R"(","name":"name of )" + id + R"("})";
  }
  static std::vector<weir::testing::Item> records(std::size_t count) {
    std::vector<weir::testing::Item> items;
    for (std::size_t i = 0; i < count; ++i) items.emplace_back(record("id" + std::to_string(i)));
    return items;
  }

  standins::WeChatApi api_;
  nlohmann::json options_ = batch_options();

 private:
  std::unique_ptr<Lookup> lookup_;
};

}  // namespace weir::http_lookup
