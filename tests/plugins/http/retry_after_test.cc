// SPDX-License-Identifier: Apache-2.0
#include "http/retry_after.h"

#include <gtest/gtest.h>

namespace weir::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kNow = 784'111'777s;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, SecondsAreTaken) {
  EXPECT_EQ(parse_retry_after("120", kNow, 1h), milliseconds(120s));
  EXPECT_EQ(parse_retry_after(" 7 ", kNow, 1h), milliseconds(7s));
  EXPECT_EQ(parse_retry_after("0", kNow, 1h), milliseconds(0));
}

TEST(RetryAfter, ADateIsTheTimeUntilThen) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", kNow, 1h), milliseconds(60s));
}

TEST(RetryAfter, ADateInThePastIsNow) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", kNow, 1h), milliseconds(0));
}

TEST(RetryAfter, NothingIsLongerThanTheCap) {
  EXPECT_EQ(parse_retry_after("7200", kNow, 1h), milliseconds(1h));
  EXPECT_EQ(parse_retry_after("99999999999999999999999", kNow, 1h), milliseconds(1h));
  EXPECT_EQ(parse_retry_after("Tue, 06 Nov 2035 08:50:37 GMT", kNow, 1h), milliseconds(1h));
}

TEST(RetryAfter, WhatCannotBeReadIsNoTime) {
  for (const char* text : {"", "soon", "-5", "1.5", "12 s"}) {
    EXPECT_EQ(parse_retry_after(text, kNow, 1h), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weir::http
