// SPDX-License-Identifier: Apache-2.0
#include "processes/wechat_users/token_keeper.h"

#include <gtest/gtest.h>
#include <weir/stage.h>
#include <weir/testing.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace weir::wechat {
namespace {

using namespace std::chrono_literals;

/// WeChat's side: the stable token, which a forced request renews.
struct Office {
  int fetched = 0, forced = 0, serial = 1;
  std::chrono::seconds life{7200};
  TokenKeeper::Fetch fetch() {
    return [this](bool force) {
      ++fetched;
      if (force) ++forced, ++serial;
      return TokenKeeper::Grant{"token-" + std::to_string(serial), life};
    };
  }
};

class TokenKeeperTest : public ::testing::Test {
 protected:
  std::string get() { return keeper_.get(context_, office_.fetch()); }
  void advance(std::chrono::milliseconds by) { host_side_.clock.set(host_side_.clock.now() + by); }

  weir_context host_side_;
  Context context_{&weir::testing::host(), &host_side_};
  Office office_;
  TokenKeeper keeper_;
};

TEST_F(TokenKeeperTest, OneTokenServesUntilItNearsItsEnd) {
  EXPECT_EQ(get(), "token-1");
  advance(6800s);
  EXPECT_EQ(get(), "token-1");
  EXPECT_EQ(office_.fetched, 1);
  advance(200s);
  office_.serial = 2;
  EXPECT_EQ(get(), "token-2");
  EXPECT_EQ(office_.forced, 0);
}

TEST_F(TokenKeeperTest, AShortLifeIsNotAskedAboutInEachCall) {
  office_.life = 60s;
  get();
  advance(30s);
  get();
  EXPECT_EQ(office_.fetched, 1);
}

TEST_F(TokenKeeperTest, ATokenThatAnotherProcessRenewedIsTakenWithoutForce) {
  keeper_.refused(get());
  office_.serial = 2;
  EXPECT_EQ(get(), "token-2");
  EXPECT_EQ(office_.forced, 0);
}

TEST_F(TokenKeeperTest, ARefusedTokenThatIsStillTheCurrentOneIsRenewedByForce) {
  keeper_.refused(get());
  EXPECT_EQ(get(), "token-2");
  EXPECT_EQ(office_.forced, 1);
}

TEST_F(TokenKeeperTest, ARefusalOfAnOlderTokenIsNoNews) {
  const std::string old = get();
  keeper_.refused(old);
  get();
  keeper_.refused(old);  // another worker's call, that was on its way
  EXPECT_EQ(get(), "token-2");
  EXPECT_EQ(office_.fetched, 3);
}

TEST_F(TokenKeeperTest, ForcedRenewalsAre30SecondsApart) {
  keeper_.refused(get());
  keeper_.accepted(get());
  const auto first = host_side_.clock.now();
  keeper_.refused("token-2");
  EXPECT_EQ(get(), "token-3");
  EXPECT_GE(host_side_.clock.now() - first, 30s);
}

TEST_F(TokenKeeperTest, TokensThatAreRefusedOneAfterTheOtherStopThePipeline) {
  for (int i = 0; i < 3; ++i) keeper_.refused(get());
  EXPECT_THROW(
      {
        keeper_.refused(get());
        get();
      },
      Stop);
  EXPECT_EQ(office_.forced, 3);
}

TEST_F(TokenKeeperTest, AFailedFetchIsItsCallersAlone) {
  EXPECT_THROW(keeper_.get(context_, [](bool) -> TokenKeeper::Grant { throw std::runtime_error("down"); }),
               std::runtime_error);
  EXPECT_EQ(get(), "token-1");
}

TEST_F(TokenKeeperTest, ManyWorkersFetchOnce) {
  std::atomic<int> fetched{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < 8; ++i) {
    workers.emplace_back([&] {
      weir_context host_side;
      Context context(&weir::testing::host(), &host_side);
      EXPECT_EQ(keeper_.get(context,
                            [&](bool) {
                              ++fetched;
                              return TokenKeeper::Grant{"token", 7200s};
                            }),
                "token");
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(fetched, 1);
}

TEST_F(TokenKeeperTest, TheTokenIsTakenOutOfMessages) {
  get();
  EXPECT_EQ(keeper_.redacted("bad token-1, token-1!"), "bad ***, ***!");
}

}  // namespace
}  // namespace weir::wechat
