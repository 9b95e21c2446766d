// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <gtest/gtest.h>
#include <standins/loopback_server.h>
#include <standins/wechat_api.h>
#include <weir/abi.h>

#include <memory>
#include <string>
#include <thread>

namespace weir::http {
namespace {

using namespace std::chrono_literals;
using standins::Exchange;
using standins::Fault;
using standins::LoopbackServer;
using standins::WeChatApi;
using Kind = TransportError::Kind;

Kind kind_of_failure(Client& client, const Request& request) {
  try {
    client.send(request);
  } catch (const TransportError& e) {
    EXPECT_NE(e.what(), std::string());
    return e.kind();
  }
  ADD_FAILURE() << "the call succeeded";
  return Kind::kInterrupted;
}

Request get(std::string_view target) {
  Request request;
  request.method = "GET";
  request.target = target;
  return request;
}

TEST(HttpClient, BodyHeadersAndTargetArriveAsGiven) {
  WeChatApi api;
  Client client(Endpoint::of(api.url()), {});
  const Headers headers{{"X-Team", "etl"}, {"Content-Type", "application/json"}};
  Request request;
  request.target = "/lookup?a=b%20c";
  request.headers = &headers;
  request.body = R"({"ids":["a"]})";
  const Reply reply = client.send(request);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"rows":[{"id":"a","name":"name of a"}]})");
  const auto seen = api.last_requests().back();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/lookup?a=b%20c");
  EXPECT_EQ(seen.body, R"({"ids":["a"]})");
  EXPECT_EQ(seen.header("X-Team"), "etl");
  EXPECT_EQ(seen.header("Content-Type"), "application/json");
}

TEST(HttpClient, OneConnectionServesManyCalls) {
  WeChatApi api;
  Client client(Endpoint::of(api.url()), {});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.send(get("/single/a")).status, 200);
  EXPECT_EQ(api.stats().connections, 1u);
}

TEST(HttpClient, AServiceThatCameBackIsFoundByTheNextCall) {
  WeChatApi api;
  Client client(Endpoint::of(api.url()), {});
  EXPECT_EQ(client.send(get("/single/a")).status, 200);
  api.stop();
  api.start();
  EXPECT_EQ(client.send(get("/single/b")).status, 200) << "the kept-alive connection was closed meanwhile";
  api.stop();
  EXPECT_EQ(kind_of_failure(client, get("/single/c")), Kind::kConnect);
  api.start();
  EXPECT_EQ(client.send(get("/single/d")).status, 200);
}

TEST(HttpClient, LargeRepliesArriveWholeWithPadding) {
  std::string large(3'000'000, 'x');
  large += "end";
  LoopbackServer server([&](Exchange& exchange) {
    standins::HttpReply reply;
    reply.body = exchange.request().path == "/large" ? large : "";
    exchange.send(reply);
  });
  server.start(0);
  Client client(Endpoint::of("http://127.0.0.1:" + std::to_string(server.port())), {});
  EXPECT_EQ(client.send(get("/empty")).body, "");
  const Reply reply = client.send(get("/large"));
  EXPECT_TRUE(reply.body == large);
  for (std::size_t i = 0; i < WEIR_PADDING; ++i) EXPECT_EQ(reply.body.data()[reply.body.size() + i], 0);
}

TEST(HttpClient, HalfAReplyIsAnErrorNotAShortReply) {
  WeChatApi api;
  Client client(Endpoint::of(api.url()), {});
  api.fail_next(1, Fault::half_reply(), standins::kSingle);
  EXPECT_EQ(kind_of_failure(client, get("/single/a")), Kind::kClosed);
  EXPECT_EQ(client.send(get("/single/a")).status, 200);
}

TEST(HttpClient, AConnectionClosedWithoutReplyIsAnError) {
  WeChatApi api;
  Client client(Endpoint::of(api.url()), {});
  api.fail_next(1, Fault::close_connection(), standins::kSingle);
  EXPECT_EQ(kind_of_failure(client, get("/single/a")), Kind::kClosed);
}

TEST(HttpClient, AServiceThatDoesNotAnswerTimesOut) {
  WeChatApi api;
  Timeouts timeouts;
  timeouts.request = 50ms;
  Client client(Endpoint::of(api.url()), timeouts);
  api.fail_next(1, Fault::time_out(), standins::kSingle);
  EXPECT_EQ(kind_of_failure(client, get("/single/a")), Kind::kTimeout);
}

TEST(HttpClient, NobodyListeningIsAConnectError) {
  WeChatApi api;
  const std::string url = api.url();
  api.stop();
  Client client(Endpoint::of(url), {});
  try {
    client.send(get("/single/secret-id"));
    FAIL();
  } catch (const TransportError& e) {
    EXPECT_EQ(e.kind(), Kind::kConnect);
    EXPECT_NE(std::string(e.what()).find(url), std::string::npos);
    EXPECT_EQ(std::string(e.what()).find("secret-id"), std::string::npos) << "targets may hold tokens";
  }
}

TEST(HttpClient, AnUnknownHostIsAConnectError) {
  Client client(Endpoint::of("http://no-such-host.invalid"), {});
  EXPECT_EQ(kind_of_failure(client, get("/")), Kind::kConnect);
}

TEST(HttpClient, StatusAndHeadersOfAFailureAreHandedOut) {
  WeChatApi api;
  Client client(Endpoint::of(api.url()), {});
  api.fail_next(1, Fault::http_status(503, "120"), standins::kSingle);
  const Reply reply = client.send(get("/single/a"));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.retry_after, "120");
  EXPECT_NE(reply.body, "");
}

TEST(HttpClient, AnInterruptEndsACallThatWaits) {
  WeChatApi api;
  api.hold();
  Client client(Endpoint::of(api.url()), {});
  std::thread other([&] {
    EXPECT_TRUE(api.wait_for_in_flight(1));
    client.interrupt();
  });
  EXPECT_EQ(kind_of_failure(client, get("/single/a")), Kind::kInterrupted);
  other.join();
  api.release();
  EXPECT_EQ(kind_of_failure(client, get("/single/a")), Kind::kInterrupted) << "and all later ones";
  EXPECT_TRUE(client.interrupted());
}

}  // namespace
}  // namespace weir::http
