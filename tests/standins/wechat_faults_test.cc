// SPDX-License-Identifier: Apache-2.0
// What the WeChat stand-in does when it is made to fail.
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "http_client.h"
#include "wechat_api.h"

namespace weir::standins {
namespace {

using std::chrono::milliseconds;

TEST(WeChatFaults, HappenAsOftenAsOrderedAndInTurn) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  api.fail_next(2, Fault::errcode(-1));
  api.fail_next(1, Fault::errcode(45011));
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), -1);
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), -1);
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 45011);
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
  EXPECT_EQ(api.times_asked("oA"), 1U) << "a call that fails so does not count as asking";
}

TEST(WeChatFaults, StrikeTheEndpointTheyWereOrderedFor) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  api.fail_next(1, Fault::errcode(-1), kStableToken);
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
  EXPECT_EQ(client.post(kStableToken, token_request().dump()).errcode(), -1);
  api.fail_next(5, Fault::errcode(-1), "");
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), -1);
  api.clear_faults();
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
}

TEST(WeChatFaults, HttpStatusCarriesRetryAfter) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  api.fail_next(1, Fault::http_status(503, "7"));
  api.fail_next(1, Fault::http_status(502));
  Seen seen = client.ask(token, {"oA"});
  EXPECT_EQ(seen.status, 503);
  EXPECT_EQ(seen.retry_after, "7");
  seen = client.ask(token, {"oA"});
  EXPECT_EQ(seen.status, 502);
  EXPECT_EQ(seen.retry_after, "");
}

TEST(WeChatFaults, ConnectionIsClosedWithoutAReply) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  api.fail_next(1, Fault::close_connection());
  const Seen seen = client.ask(token, {"oA"});
  EXPECT_EQ(seen.status, 0);
  EXPECT_NE(seen.failure, "");
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
}

TEST(WeChatFaults, HalfAReplyEndsBeforeTheAnnouncedLength) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  const std::string whole = client.ask(token, {"oA"}).body;
  api.fail_next(1, Fault::half_reply());
  const Seen seen = client.ask(token, {"oA"});
  EXPECT_FALSE(seen.whole);
  EXPECT_EQ(seen.body, whole.substr(0, whole.size() / 2));
  EXPECT_EQ(client.ask(token, {"oA"}).body, whole);
}

TEST(WeChatFaults, ReplyThatIsNoJson) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  api.fail_next(1, Fault::not_json());
  const Seen seen = client.ask(token, {"oA"});
  EXPECT_EQ(seen.status, 200);
  EXPECT_FALSE(nlohmann::json::accept(seen.body));
}

TEST(WeChatFaults, TimeOutLastsUntilTheClientLeaves) {
  WeChatApi api;
  const std::string token = HttpClient(api.port()).token();
  api.fail_next(1, Fault::time_out());
  HttpClient impatient(api.port(), milliseconds(50));
  EXPECT_EQ(impatient.ask(token, {"oA"}).status, 0);
  EXPECT_TRUE(api.wait_for_in_flight(0)) << "the stand-in has seen that the client left";
  EXPECT_EQ(api.stats().answers.at("gone"), 1U);
}

TEST(WeChatFaults, TimeOutEndsWithTheTrueReplyWhenReleased) {
  WeChatApi api;
  const std::string token = HttpClient(api.port()).token();
  api.fail_next(1, Fault::time_out());
  auto reply =
      std::async(std::launch::async, [&] { return HttpClient(api.port()).ask(token, {"oA"}).errcode(); });
  ASSERT_TRUE(api.wait_for_in_flight(1));
  EXPECT_EQ(HttpClient(api.port()).ask(token, {"oB"}).errcode(), 0) << "others are answered";
  // The call is in flight a moment before it waits: released too early it would wait on.
  while (reply.wait_for(milliseconds(1)) != std::future_status::ready) api.release();
  EXPECT_EQ(reply.get(), 0);
}

TEST(WeChatHold, HoldsAllAnswersUntilReleased) {
  WeChatApi api;
  const std::string token = HttpClient(api.port()).token();
  api.hold();
  std::vector<std::future<int>> replies;
  for (int i = 0; i < 16; ++i) {
    replies.push_back(
        std::async(std::launch::async, [&] { return HttpClient(api.port()).ask(token, {"oA"}).errcode(); }));
  }
  ASSERT_TRUE(api.wait_for_in_flight(16));
  EXPECT_TRUE(api.wait_for_calls(kBatchGet, 16));
  api.release();
  for (auto& reply : replies) EXPECT_EQ(reply.get(), 0);
  EXPECT_EQ(api.stats().most_in_flight, 16U);
  EXPECT_EQ(api.stats().connections, 17U);
}

TEST(WeChatHold, BeginsAfterSoManyAnswers) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  api.hold_after(2);
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
  EXPECT_EQ(client.ask(token, {"oB"}).errcode(), 0);
  HttpClient impatient(api.port(), milliseconds(100));
  EXPECT_EQ(impatient.ask(token, {"oC"}).status, 0);
  api.release();
  EXPECT_EQ(client.ask(token, {"oD"}).errcode(), 0);
}

TEST(WeChatHold, EndsWhenTheServiceStops) {
  WeChatApi api;
  const std::string token = HttpClient(api.port()).token();
  api.hold();
  auto reply =
      std::async(std::launch::async, [&] { return HttpClient(api.port()).ask(token, {"oA"}).status; });
  ASSERT_TRUE(api.wait_for_in_flight(1));
  api.stop();
  EXPECT_EQ(reply.get(), 0);
}

TEST(WeChatService, TakesAsLongAsItsLatency) {
  WeChatSettings settings;
  settings.latency = milliseconds(50);
  WeChatApi api(settings);
  HttpClient client(api.port());
  const auto begin = std::chrono::steady_clock::now();
  client.token();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(50));
}

TEST(WeChatService, CountsTheCallsOfManyClientsExactly) {
  WeChatApi api;
  const std::string token = HttpClient(api.port()).token();
  api.fail_next(40, Fault::close_connection());
  api.fail_next(40, Fault::half_reply());
  std::vector<std::future<std::uint64_t>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::async(std::launch::async, [&] {
      HttpClient client(api.port());
      std::uint64_t answered = 0;
      for (int call = 0; call < 100; ++call) answered += client.ask(token, {"oA", "oB"}).whole ? 1 : 0;
      return answered;
    }));
  }
  api.set_latency(milliseconds(1));
  std::uint64_t answered = 0;
  for (auto& client : clients) answered += client.get();
  EXPECT_EQ(answered, 720U);
  const CallStats stats = api.stats();
  EXPECT_EQ(stats.calls.at(kBatchGet), 800U);
  EXPECT_EQ(stats.answers.at("ok"), 721U) << "with the token";
  EXPECT_EQ(stats.answers.at("closed"), 40U);
  EXPECT_EQ(stats.answers.at("half"), 40U);
  EXPECT_EQ(stats.ids_asked, 1520U) << "half a reply is a reply to the ids";
  EXPECT_LE(stats.most_in_flight, 8U);
  EXPECT_EQ(stats.in_flight, 0U);
}

TEST(WeChatService, ComesBackOnTheSamePortAndStillKnowsItsTokens) {
  WeChatApi api;
  const std::uint16_t port = api.port();
  HttpClient client(port);
  const std::string token = client.token();
  api.stop();
  EXPECT_EQ(client.ask(token, {"oA"}).status, 0);
  EXPECT_EQ(HttpClient(port).ask(token, {"oA"}).status, 0);
  api.start();
  EXPECT_EQ(api.port(), port);
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
}

TEST(WeChatService, TokensCanExpireOrBeRevokedAtAnyTime) {
  WeChatApi api;
  HttpClient client(api.port());
  std::string token = client.token();
  api.expire_tokens();
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 42001);
  token = client.token();
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
  api.revoke_tokens();
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 40001);
}

TEST(WeChatControl, SteersTheStandInOverHttp) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  EXPECT_EQ(client.post("/_control/fail", R"({"errcode":45011})").status, 200);
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 45011);
  client.post("/_control/fail", R"({"http_status":429,"retry_after":"3","count":1})");
  EXPECT_EQ(client.ask(token, {"oA"}).retry_after, "3");
  client.post("/_control/fail", R"({"kind":"half"})");
  EXPECT_FALSE(client.ask(token, {"oA"}).whole);
  client.post("/_control/expire_tokens", "");
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 42001);

  const nlohmann::json stats = client.get("/_control/stats").json();
  EXPECT_EQ(stats.at("calls").at(kBatchGet), 4);
  EXPECT_EQ(stats.at("calls").size(), 2U) << "control is not counted";
  EXPECT_EQ(stats.at("answers").at("half"), 1);
}

TEST(WeChatControl, SaysWhatItCannotUnderstand) {
  WeChatApi api;
  HttpClient client(api.port());
  EXPECT_EQ(client.post("/_control/fail", R"({"kind":"odd"})").status, 400);
  EXPECT_EQ(client.post("/_control/latency", R"({"ms":"soon"})").status, 400);
  EXPECT_EQ(client.post("/_control/latency", "{").status, 400);
  EXPECT_EQ(client.post("/_control/nothing", "").status, 404);
  EXPECT_EQ(client.get("/_control/nothing").status, 404);
}

TEST(WeChatControl, ACommandWithoutABodyIsAnsweredAtOnce) {
  WeChatApi api;
  Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", api.port()));
  socket.setReceiveTimeout(Poco::Timespan(20, 0));
  const std::map<std::string, std::string> answers = {
      {"hold", "HTTP/1.1 200"}, {"release", "HTTP/1.1 200"}, {"latency", "HTTP/1.1 400"}};
  for (const auto& [command, answer] : answers) {
    const std::string request = "POST /_control/" + command + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.sendBytes(request.data(), static_cast<int>(request.size()));
    char reply[1000];
    const int n = socket.receiveBytes(reply, sizeof reply);
    EXPECT_EQ(std::string(reply, static_cast<std::size_t>(std::max(n, 0))).substr(0, answer.size()), answer)
        << command;
  }
}

}  // namespace
}  // namespace weir::standins
