// SPDX-License-Identifier: Apache-2.0
#include "http/endpoint.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace weir::http {
namespace {

TEST(Endpoint, SchemeGivesTheUsualPort) {
  const Endpoint secure = Endpoint::of("https://api.example.com/v1/users?x=1");
  EXPECT_TRUE(secure.secure);
  EXPECT_EQ(secure.host, "api.example.com");
  EXPECT_EQ(secure.port, 443);
  EXPECT_EQ(secure.name(), "https://api.example.com");
  EXPECT_EQ(Endpoint::of("http://localhost").port, 80);
}

TEST(Endpoint, PortsAndNumericAddressesAreRead) {
  const Endpoint six = Endpoint::of("http://[::1]:8080/x");
  EXPECT_EQ(six.host, "::1");
  EXPECT_EQ(six.port, 8080);
  EXPECT_EQ(six.name(), "http://[::1]:8080");
  EXPECT_EQ(Endpoint::of("http://[::1]/").port, 80);
  EXPECT_EQ(Endpoint::of("http://127.0.0.1:9?q").name(), "http://127.0.0.1:9");
}

TEST(Endpoint, WhatIsNoUrlIsRefusedWithTheReason) {
  for (const char* url : {"", "api.example.com", "ftp://x", "http://", "http://:80", "http://x:0",
                          "http://x:70000", "http://x:y", "http://{{host}}/x", "http://user:password@x"}) {
    EXPECT_THROW(Endpoint::of(url), std::invalid_argument) << url;
  }
  try {
    Endpoint::of("http://user:hunter2@x");
  } catch (const std::invalid_argument& e) {
    EXPECT_EQ(std::string(e.what()).find("hunter2"), std::string::npos);
  }
}

TEST(Endpoint, TheTargetIsWhatFollowsTheHost) {
  EXPECT_EQ(target_of("https://a.b"), "/");
  EXPECT_EQ(target_of("https://a.b/c/d?e=f#g"), "/c/d?e=f");
  EXPECT_EQ(target_of("https://a.b?e=f"), "/?e=f");
}

TEST(Endpoint, UrlEncodingKeepsOnlyWhatIsSafe) {
  std::string text;
  append_url_encoded("aZ0-._~ /?&=%\"\xC3\xA9", text);
  EXPECT_EQ(text, "aZ0-._~%20%2F%3F%26%3D%25%22%C3%A9");
}

}  // namespace
}  // namespace weir::http
