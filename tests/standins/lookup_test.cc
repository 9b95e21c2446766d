// SPDX-License-Identifier: Apache-2.0
// The plain lookup API that the WeChat stand-in serves beside.
#include <gtest/gtest.h>

#include "http_client.h"
#include "wechat_api.h"

namespace weir::standins {
namespace {

using nlohmann::json;

TEST(LookupApi, GivesOneRowForAnId) {
  WeChatApi api;
  HttpClient client(api.port());
  EXPECT_EQ(client.get("/single/a%20b").json(), json::parse(R"({"id":"a b","name":"name of a b"})"));
  EXPECT_EQ(client.get("/single/a-gone").status, 404);
  EXPECT_EQ(client.get("/single/bad").status, 422);
  EXPECT_EQ(client.get("/single/").status, 404);
  EXPECT_EQ(api.calls(kSingle), 4U);
}

TEST(LookupApi, GivesRowsForAListWithoutThoseNotFound) {
  WeChatApi api;
  HttpClient client(api.port());
  EXPECT_EQ(client.post(kLookup, R"({"ids":[7,"a","b-gone"]})").json(),
            json::parse(R"({"rows":[{"id":7,"name":"name of 7"},{"id":"a","name":"name of a"}]})"));
  EXPECT_EQ(api.times_asked("7"), 1U);
}

TEST(LookupApi, RefusesTheWholeListForOneBadId) {
  WeChatApi api;
  HttpClient client(api.port());
  const Seen seen = client.post(kLookup, R"({"ids":["a","bad"]})");
  EXPECT_EQ(seen.status, 422);
  EXPECT_EQ(seen.body.find("bad"), std::string::npos);
  EXPECT_EQ(client.post(kLookup, R"({"ids":3})").status, 400);
  EXPECT_EQ(client.post(kLookup, "[").status, 400);
  EXPECT_EQ(client.get(kLookup).status, 405);
}

TEST(LookupApi, FailsOnOrderAsTheOthersDo) {
  WeChatApi api;
  HttpClient client(api.port());
  api.fail_next(1, Fault::http_status(429, "1"), kLookup);
  EXPECT_EQ(client.post(kLookup, R"({"ids":["a"]})").status, 429);
  EXPECT_EQ(client.post(kLookup, R"({"ids":["a"]})").status, 200);
}

}  // namespace
}  // namespace weir::standins
