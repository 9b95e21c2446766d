// SPDX-License-Identifier: Apache-2.0
//
// A call for each record.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lookup_fixture.h"

namespace weir::http_lookup {
namespace {

using standins::kSingle;
using Strings = std::vector<std::string>;

class HttpLookupSingleTest : public HttpLookupTest {
 protected:
  HttpLookupSingleTest() { options_ = single_options(); }
};

TEST_F(HttpLookupSingleTest, EachRecordIsAskedForByItsUrl) {
  lookup().process({record("b"), record("a c/d")});
  EXPECT_EQ(lookup().values("out"), (Strings{joined("b"), joined("a c/d")}));
  EXPECT_EQ(api_.last_requests().back().target, "/single/a%20c%2Fd");
  EXPECT_EQ(api_.last_requests().back().method, "GET");
}

TEST_F(HttpLookupSingleTest, StatusesSendRecordsToTheirPorts) {
  lookup().group({record("a"), record("x-gone"), record("bad")});
  EXPECT_EQ(lookup().values("out").size(), 1u);
  const auto missing = lookup().out("not_found");
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].code, "http_404");
  const auto rejected = lookup().out("rejected");
  ASSERT_EQ(rejected.size(), 1u);
  EXPECT_EQ(rejected[0].code, "http_422");
  EXPECT_EQ(rejected[0].message, "HTTP status 422: invalid id");
}

TEST_F(HttpLookupSingleTest, TheSameRequestIsMadeOnce) {
  lookup().process({record("a"), record("a"), R"({"id":"a","n":2})"});
  EXPECT_EQ(lookup().values("out").size(), 3u);
  EXPECT_EQ(api_.calls(kSingle), 1u);
}

TEST_F(HttpLookupSingleTest, AFieldThatTheUrlNeedsMustBeThere) {
  lookup().process({R"({"n":1})", R"({"id":null})"});
  const auto rejected = lookup().out("rejected");
  ASSERT_EQ(rejected.size(), 2u);
  EXPECT_EQ(rejected[0].code, "no_field");
  EXPECT_EQ(rejected[0].message, "expected a string or a number at 'id', found nothing");
}

TEST_F(HttpLookupSingleTest, HeadersAreSent) {
  options_["headers"] = {{"X-Team", "etl"}};
  options_["secret_headers"] = {{"Authorization", "Bearer s3cret"}};
  lookup().process({record("a")});
  EXPECT_EQ(api_.last_requests().back().header("X-Team"), "etl");
  EXPECT_EQ(api_.last_requests().back().header("Authorization"), "Bearer s3cret");
}

}  // namespace
}  // namespace weir::http_lookup
