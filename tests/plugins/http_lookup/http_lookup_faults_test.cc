// SPDX-License-Identifier: Apache-2.0
//
// Calls that fail. Waits are those of a clock that jumps.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "lookup_fixture.h"

namespace weir::http_lookup {
namespace {

using namespace std::chrono_literals;
using standins::Fault;
using standins::kLookup;

TEST_F(HttpLookupTest, PassingTroubleIsRepeatedUntilItIsOver) {
  for (const Fault& fault :
       {Fault::http_status(500), Fault::http_status(503), Fault::http_status(429), Fault::http_status(408),
        Fault::close_connection(), Fault::half_reply(), Fault::not_json()}) {
    api_.fail_next(2, fault, kLookup);
    lookup().group(records(3));
    EXPECT_EQ(lookup().values("out").size(), 3u);
  }
}

TEST_F(HttpLookupTest, ACallThatTimesOutIsRepeated) {
  options_["timeouts"] = {{"connect", 1000}, {"request", 50}};
  api_.fail_next(1, Fault::time_out(), kLookup);
  lookup().group(records(3));
  EXPECT_EQ(lookup().values("out").size(), 3u);
  EXPECT_EQ(lookup().counter("retries"), 1u);
}

TEST_F(HttpLookupTest, AReplyThatComesAfterItsTimeOutAnswersNoOtherCall) {
  options_["timeouts"] = {{"connect", 1000}, {"request", 50}};
  for (const char* id : {"a", "b", "c"}) {
    api_.fail_next(1, Fault::time_out(), kLookup);
    lookup().group({record(id)});
    api_.release();
    EXPECT_EQ(lookup().values("out"), std::vector{joined(id)});
  }
  EXPECT_TRUE(lookup().rest().empty());
}

TEST_F(HttpLookupTest, ReplyTimeOutAndRetryThatRaceAnswerEachRecordOnce) {
  options_["timeouts"] = {{"connect", 1000}, {"request", 20}};
  // Replies are let go at any moment around the time-out of their call.
  std::atomic<bool> done{false};
  std::thread releases([&] {
    while (!done) {
      api_.release();
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 40; ++i) {
    const std::string id = "id" + std::to_string(i);
    api_.fail_next(2, Fault::time_out(), kLookup);
    lookup().group({record(id)});
    EXPECT_EQ(lookup().values("out"), std::vector{joined(id)});
  }
  done = true;
  releases.join();
  EXPECT_TRUE(lookup().rest().empty());
}

TEST_F(HttpLookupTest, UsedUpAttemptsSendTheRecordsToTheErrorPort) {
  options_["retry"] = {{"attempts", 2}, {"first", 10}, {"most", 100}};
  api_.fail_next(2, Fault::not_json(), kLookup);
  lookup().group(records(3));
  const auto errors = lookup().errors();
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].code, "bad_reply");
  api_.fail_next(2, Fault::half_reply(), kLookup);
  lookup().group(records(3));
  EXPECT_EQ(lookup().errors().at(0).code, "closed");
  api_.stop();
  lookup().group(records(3));
  EXPECT_EQ(lookup().errors().at(0).code, "connect");
}

TEST_F(HttpLookupTest, RetryAfterIsHonouredAsSecondsAndAsADate) {
  const auto begin = lookup().clock().now();
  api_.fail_next(1, Fault::http_status(429, "45"), kLookup);
  lookup().group(records(1));
  EXPECT_EQ(lookup().clock().now() - begin, 45s);
  // The test's clock begins at 2023-11-14 22:13:20.
  api_.fail_next(1, Fault::http_status(503, "Tue, 14 Nov 2023 22:15:20 GMT"), kLookup);
  lookup().group(records(1));
  EXPECT_EQ(lookup().clock().now() - begin, 120s);
  EXPECT_EQ(lookup().values("out").size(), 2u);
}

TEST_F(HttpLookupTest, APauseOfAClassIsKept) {
  options_["classes"] = {{{"status", "429"}, {"answer", "pause"}, {"pause", 300'000}}};
  const auto begin = lookup().clock().now();
  api_.fail_next(1, Fault::http_status(429), kLookup);
  lookup().group(records(1));
  EXPECT_EQ(lookup().clock().now() - begin, 300s);
  EXPECT_EQ(lookup().counter("throttled_ms"), 300'000u);
}

TEST_F(HttpLookupTest, ClassesTurnStatusesIntoAnswers) {
  options_["classes"] = {
      {{"status", "500"}, {"answer", "refuse"}, {"message", "this one breaks the service"}},
      {{"status", {"501", "502"}}, {"answer", "not_found"}},
      {{"status", "5xx"}, {"answer", "stop"}}};
  api_.fail_next(1, Fault::http_status(500), kLookup);
  lookup().group(records(2));
  const auto rejected = lookup().out("rejected");
  ASSERT_EQ(rejected.size(), 2u);
  EXPECT_EQ(rejected[0].message, "this one breaks the service");
  api_.fail_next(1, Fault::http_status(502), kLookup);
  lookup().group(records(2));
  EXPECT_EQ(lookup().values("not_found").size(), 2u);
  api_.fail_next(1, Fault::http_status(503), kLookup);
  EXPECT_THROW(lookup().group(records(2)), weir::testing::PluginError);
}

TEST_F(HttpLookupTest, WhatNoRecordCanHelpStopsThePipeline) {
  for (const int status : {301, 401, 403, 404}) {
    api_.fail_next(1, Fault::http_status(status), kLookup);
    try {
      lookup().group(records(2));
      ADD_FAILURE() << status;
    } catch (const weir::testing::PluginError& e) {
      EXPECT_EQ(e.status, WEIR_STOP);
      EXPECT_EQ(e.code, "http_" + std::to_string(status));
    }
  }
  EXPECT_TRUE(lookup().values("out").empty());
  EXPECT_TRUE(lookup().values("rejected").empty());
}

TEST_F(HttpLookupTest, ACallThatIsTooLargeIsHalvedAndNobodyIsBlamed) {
  api_.fail_next(1, Fault::http_status(413), kLookup);
  lookup().group(records(10));
  EXPECT_EQ(lookup().values("out").size(), 10u);
  EXPECT_EQ(api_.calls(kLookup), 3u);
}

TEST_F(HttpLookupTest, ARateLimitIsKept) {
  options_["batch"] = 1;
  options_["rate_limit"] = {{"calls", 5}, {"every", 1000}};
  const auto begin = lookup().clock().now();
  lookup().group(records(16));
  EXPECT_EQ(lookup().clock().now() - begin, 3s);
}

TEST_F(HttpLookupTest, AnAbortEndsACallThatWaitsForItsReply) {
  api_.hold();
  lookup().start();
  std::thread other([&] {
    EXPECT_TRUE(api_.wait_for_in_flight(1));
    lookup().abort();
  });
  try {
    lookup().group(records(3));
    ADD_FAILURE() << "it went on";
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.code, "aborted");
  }
  other.join();
  api_.release();
}

TEST_F(HttpLookupTest, SecretsAreInNoMessageAndNoLogLine) {
  options_["url"] = api_.url() + "/lookup?token=s3cret";
  options_["secret_headers"] = {{"Authorization", "Bearer s3cret"}};
  options_["retry"] = {{"attempts", 2}, {"first", 10}, {"most", 100}};
  for (const Fault& fault : {Fault::http_status(500), Fault::close_connection(), Fault::not_json()}) {
    api_.fail_next(4, fault, kLookup);
    lookup().group(records(1));
    api_.clear_faults();
  }
  std::vector<std::string> texts = lookup().log_lines();
  for (const auto& item : lookup().errors()) texts.push_back(item.message);
  EXPECT_GE(texts.size(), 6u);
  for (const auto& text : texts) EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
}

}  // namespace
}  // namespace weir::http_lookup
