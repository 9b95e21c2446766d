// SPDX-License-Identifier: Apache-2.0
#include "processes/wechat_users/user_reply.h"

#include <gtest/gtest.h>
#include <weir/abi.h>

#include <string>
#include <utility>
#include <vector>

namespace weir::wechat {
namespace {

using Kind = UserReply::Kind;

struct Read {
  Kind kind;
  std::vector<std::string> ids, rows;
  std::vector<bool> following;
};

Read read(UserReply& reply, std::string body) {
  const std::size_t size = body.size();
  body.resize(size + WEIR_PADDING);
  Read result;
  result.kind = reply.read({body.data(), size}, [&](const UserRow& row) {
    result.ids.emplace_back(row.openid);
    result.rows.emplace_back(row.json);
    result.following.push_back(row.following);
  });
  return result;
}

TEST(UserReply, RowsAreHandedOutAsTheyStand) {
  UserReply reply;
  const Read r = read(reply, R"({"user_info_list": [
    {"subscribe": 1, "openid": "oA", "nickname": "a \"b\" 🙂", "tagid_list": [128, 2]} ,
    {"openid":"oB","subscribe":0}]})");
  EXPECT_EQ(r.kind, Kind::kRows);
  EXPECT_EQ(r.ids, (std::vector<std::string>{"oA", "oB"}));
  EXPECT_EQ(r.rows.at(0),
            R"({"subscribe": 1, "openid": "oA", "nickname": "a \"b\" 🙂", "tagid_list": [128, 2]})");
  EXPECT_EQ(r.rows.at(1), R"({"openid":"oB","subscribe":0})");
  EXPECT_EQ(r.following, (std::vector<bool>{true, false}));
}

TEST(UserReply, IdsAreReadWithoutEscapes) {
  UserReply reply;
  EXPECT_EQ(read(reply, R"({"user_info_list":[{"subscribe":1,"openid":"o\"\u0041\/"}]})").ids,
            std::vector<std::string>{"o\"A/"});
}

TEST(UserReply, AnErrorHasCodeAndMessage) {
  UserReply reply;
  EXPECT_EQ(read(reply, R"({"errcode":40003,"errmsg":"invalid openid hint: [x]\nrid: 1"})").kind,
            Kind::kError);
  EXPECT_EQ(reply.code(), 40003);
  EXPECT_EQ(reply.message(), "invalid openid hint: [x] rid: 1");
  EXPECT_EQ(read(reply, R"({"errcode":-1})").kind, Kind::kError);
  EXPECT_EQ(reply.message(), "");
}

TEST(UserReply, ErrorCodeZeroIsNoError) {
  UserReply reply;
  EXPECT_EQ(read(reply, R"({"errcode":0,"errmsg":"ok","user_info_list":[]})").kind, Kind::kRows);
}

TEST(UserReply, ATokenHasALife) {
  UserReply reply;
  EXPECT_EQ(read(reply, R"({"access_token":"T","expires_in":7200})").kind, Kind::kToken);
  EXPECT_EQ(reply.token(), "T");
  EXPECT_EQ(reply.expires_in(), 7200);
}

TEST(UserReply, WhatIsNoSuchReplyIsUnreadable) {
  UserReply reply;
  for (const char* body :
       {"", "   ", "<html></html>", "[]", "null", "{}", "{\"a\":1}", R"({"user_info_list":1})",
        R"({"user_info_list":[1]})", R"({"user_info_list":[]} x)", R"({"errcode":"40003"})"}) {
    EXPECT_EQ(read(reply, body).kind, Kind::kUnreadable) << body;
  }
}

TEST(UserReply, AReplyThatWasCutOffIsUnreadableWhereverThatIs) {
  UserReply reply;
  const std::string whole =
      R"({"user_info_list":[{"subscribe":1,"openid":"oA","tagid_list":[1]},{"subscribe":0,"openid":"oB"}]})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read(reply, whole.substr(0, size)).kind, Kind::kUnreadable) << size;
  }
  EXPECT_EQ(read(reply, whole).kind, Kind::kRows);
}

}  // namespace
}  // namespace weir::wechat
