// SPDX-License-Identifier: Apache-2.0
//
// Many records a call.
#include <gtest/gtest.h>
#include <standins/wechat_profile.h>

#include <string>
#include <vector>

#include "lookup_fixture.h"

namespace weir::http_lookup {
namespace {

using nlohmann::json;
using standins::kLookup;
using Strings = std::vector<std::string>;

TEST_F(HttpLookupTest, RowsAreMergedIntoTheirRecordsInTheOrderOfTheRecords) {
  lookup().group({record("b"), record("a")});
  EXPECT_EQ(lookup().values("out"), (Strings{joined("b"), joined("a")}));
  EXPECT_EQ(api_.calls(kLookup), 1u);
  EXPECT_EQ(api_.last_requests().back().body, R"({"ids":["b","a"]})");
}

TEST_F(HttpLookupTest, RowsCanReplaceTheRecordOrNestInIt) {
  options_["join"] = "replace";
  lookup().group({record("a")});
  EXPECT_EQ(lookup().values("out"), Strings{R"({"id":"a","name":"name of a"})"});

  options_["join"] = "nest";
  options_["under"] = "user";
  Lookup nesting(options_.dump());
  nesting.group({record("a"), R"({"user":"old","id":"b"})"});
  EXPECT_EQ(nesting.values("out"), (Strings{R"({"id":"a","n":1,"user":{"id":"a","name":"name of a"}})",
                                            R"({"id":"b","user":{"id":"b","name":"name of b"}})"}));
}

TEST_F(HttpLookupTest, KeysMayBeNumbers) {
  lookup().group({R"({"id":5})", R"({"id":"x"})"});
  EXPECT_EQ(lookup().values("out"),
            (Strings{R"({"id":5,"name":"name of 5"})", R"({"id":"x","name":"name of x"})"}));
}

TEST_F(HttpLookupTest, RecordsThatTheReplyLeavesOutAreNotFound) {
  lookup().group({record("a"), record("b-gone"), record("c")});
  EXPECT_EQ(lookup().values("out").size(), 2u);
  const auto missing = lookup().out("not_found");
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].value, record("b-gone"));
  EXPECT_EQ(missing[0].code, "not_found");
}

TEST_F(HttpLookupTest, OneBadRecordInAHundredIsFoundByAtMost15Calls) {
  for (const std::size_t place : {0u, 37u, 99u}) {
    api_.reset_counts();
    auto items = records(100);
    items[place] = record("bad");
    lookup().group(items);
    EXPECT_LE(api_.calls(kLookup), 15u);
    EXPECT_EQ(lookup().values("out").size(), 99u);
    const auto rejected = lookup().out("rejected");
    ASSERT_EQ(rejected.size(), 1u);
    EXPECT_EQ(rejected[0].value, record("bad"));
    EXPECT_EQ(rejected[0].code, "http_422");
    EXPECT_EQ(rejected[0].message, "HTTP status 422: invalid id among them");
  }
}

TEST_F(HttpLookupTest, KeysThatStandTwiceAreAskedOnce) {
  lookup().group({record("a"), record("b"), R"({"id":"a","n":2})"});
  EXPECT_EQ(lookup().values("out"),
            (Strings{joined("a"), joined("b"), R"({"n":2,"id":"a","name":"name of a"})"}));
  EXPECT_EQ(api_.times_asked("a"), 1u);
}

TEST_F(HttpLookupTest, CallsHoldNoMoreThanTheBatch) {
  options_["batch"] = 10;
  lookup().process(records(25));
  EXPECT_EQ(lookup().values("out").size(), 25u);
  EXPECT_EQ(api_.calls(kLookup), 3u);
  EXPECT_EQ(lookup().counter("records_asked"), 25u);
}

TEST_F(HttpLookupTest, RecordsThatCannotBeAskedAboutAreRejectedWithTheReason) {
  lookup().group({R"({"n":1})", R"("bare")", R"({"id":[1]})", "{broken", record("a")});
  const auto rejected = lookup().out("rejected");
  ASSERT_EQ(rejected.size(), 4u);
  EXPECT_EQ(rejected[0].code, "no_key");
  EXPECT_EQ(rejected[1].code, "not_an_object");
  EXPECT_EQ(rejected[2].message, "expected a string or a number at 'id', found an array");
  EXPECT_EQ(rejected[3].code, "no_key");
  EXPECT_EQ(lookup().values("out").size(), 1u);
}

TEST_F(HttpLookupTest, BareValuesCanBeLookedUpWhenTheRowReplacesThem) {
  options_["join"] = "replace";
  options_["request"]["item"] = "{{$}}";
  options_["reply"]["match"] = "$";
  lookup().group({R"("a")", R"(7)"});
  EXPECT_EQ(lookup().values("out"),
            (Strings{R"({"id":"a","name":"name of a"})", R"({"id":7,"name":"name of 7"})"}));
}

TEST_F(HttpLookupTest, OddKeysArriveAsTheyAre) {
  const Strings odd = {R"(q"uote)", "\xF0\x9F\x99\x82", std::string(10'000, 'x'), "back\\slash\n"};
  std::vector<weir::testing::Item> items;
  for (const auto& key : odd) items.emplace_back(json({{"id", key}}).dump());
  lookup().group(items);
  const auto out = lookup().values("out");
  ASSERT_EQ(out.size(), odd.size());
  for (std::size_t i = 0; i < odd.size(); ++i) EXPECT_EQ(json::parse(out[i]).at("name"), "name of " + odd[i]);
}

/// An answer of one's own making, for what the stand-in does not do. Outlives those that ask it.
class OwnService {
 public:
  explicit OwnService(std::string body)
      : server_([body = std::move(body), this](standins::Exchange& exchange) {
          target = exchange.request().target;
          standins::HttpReply reply;
          reply.body = body;
          exchange.send(reply);
        }) {
    server_.start(0);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  std::string target;

 private:
  standins::LoopbackServer server_;
};

TEST_F(HttpLookupTest, RowsMayBeAnObjectByKeyAndKeysMayGoIntoTheUrl) {
  OwnService service(R"({"users":{"a b":{"name":"A"},"c":null,"d":{"name":"D"}}})");
  options_ = {{"url", service.url() + "/users?ids={{items}}&full=1"},
              {"reply", {{"rows", "users"}, {"match", "id"}}}};
  Lookup own(options_.dump());
  own.group({record("a b"), record("c"), record("d")});
  EXPECT_EQ(service.target, "/users?ids=a%20b,c,d&full=1");
  EXPECT_EQ(own.values("out"),
            (Strings{R"({"id":"a b","n":1,"name":"A"})", R"({"id":"d","n":1,"name":"D"})"}));
  EXPECT_EQ(own.values("not_found"), Strings{record("c")});
}

TEST_F(HttpLookupTest, AReplyOfAnotherShapeGoesToTheErrorPortAtOnce) {
  OwnService service(R"({"people":[]})");
  options_["url"] = service.url();
  Lookup own(options_.dump());
  own.group({record("a")});
  const auto errors = own.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "bad_reply");
  EXPECT_EQ(errors[0].message, "expected a list of rows at 'rows' of the reply, found nothing");
}

TEST_F(HttpLookupTest, ARowThatCannotBeJoinedGoesToTheErrorPort) {
  OwnService service(R"({"a":5,"b":{"name":"B"}})");
  options_ = {{"url", service.url() + "/?{{items}}"}, {"reply", {{"match", "id"}}}};
  Lookup own(options_.dump());
  own.group({record("a"), record("b")});
  const auto errors = own.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "not_joined");
  EXPECT_EQ(own.values("out").size(), 1u);
}

TEST_F(HttpLookupTest, WeChatsOwnCallCanBeWrittenDown) {
  weir::testing::Harness<HttpLookup> token(
      json({{"url", api_.url() + "/cgi-bin/stable_token"},
            {"request",
             {{"body",
               {{"grant_type", "client_credential"}, {"appid", "{{app}}"}, {"secret", "standin-secret"}}}}}})
          .dump());
  token.process({R"({"app":"wx-standin"})"});
  const auto tokens = token.values("out");
  ASSERT_EQ(tokens.size(), 1u);
  const std::string access_token = json::parse(tokens[0]).at("access_token");

  options_ = {
      {"url", api_.url() + "/cgi-bin/user/info/batchget?access_token=" + access_token},
      {"request",
       {{"body", {{"user_list", "{{items}}"}}}, {"item", {{"openid", "{{openid}}"}, {"lang", "zh_CN"}}}}},
      {"reply", {{"rows", "user_info_list"}, {"key", "openid"}, {"code", "errcode"}, {"message", "errmsg"}}},
      {"classes",
       {{{"code", {"40003", "40031"}}, {"answer", "split"}}, {{"code", "-1"}, {"answer", "retry"}}}},
      {"join", "replace"}};
  lookup().group({R"({"openid":"oA"})", R"({"openid":"bad"})", R"({"openid":"oB"})"});
  std::string a, b;
  standins::append_profile("oA", "zh_CN", a);
  standins::append_profile("oB", "zh_CN", b);
  EXPECT_EQ(lookup().values("out"), (Strings{a, b}));
  const auto rejected = lookup().out("rejected");
  ASSERT_EQ(rejected.size(), 1u);
  EXPECT_EQ(rejected[0].code, "40003");
}

}  // namespace
}  // namespace weir::http_lookup
