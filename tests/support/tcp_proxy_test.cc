// SPDX-License-Identifier: Apache-2.0
#include "support/tcp_proxy.h"

#include <gtest/gtest.h>

#include <optional>

#include "support/mariadb_server.h"
#include "support/wait_until.h"

namespace weir::support {
namespace {

/// What a client of the database prints, behind the proxy, that is not to wait for more than a second.
std::optional<std::string> ask(const TcpProxy& proxy) {
  const auto done =
      run({*find_program("mariadb"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
           "--port=" + std::to_string(proxy.port()), "--user=weir", "--password=weir-secret",
           "--connect-timeout=1", "--batch", "--skip-column-names", "--execute=SELECT 7", "weir"});
  if (!done.status.ok()) return std::nullopt;
  return done.out;
}

TEST(TcpProxy, LetsBytesPassBothWaysUnlessItIsCutOrABlackHole) {
  WEIR_REQUIRE_MARIADB();
  TcpProxy proxy;
  proxy.lead_to(MariaDbServer::shared().port());
  EXPECT_EQ(ask(proxy), "7\n");
  proxy.cut();
  EXPECT_EQ(ask(proxy), std::nullopt);
  proxy.pass();
  EXPECT_EQ(ask(proxy), "7\n");
  proxy.black_hole();
  EXPECT_EQ(ask(proxy), std::nullopt);
  proxy.pass();
  EXPECT_EQ(ask(proxy), "7\n");
}

TEST(TcpProxy, WhatWaitsInAFrozenNetworkGoesOn) {
  WEIR_REQUIRE_MARIADB();
  TcpProxy proxy;
  proxy.lead_to(MariaDbServer::shared().port());
  ChildProcess client({*find_program("mariadb"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
                       "--port=" + std::to_string(proxy.port()), "--user=weir", "--password=weir-secret",
                       "--unbuffered", "--skip-column-names",
                       "--execute=SELECT 1; SELECT SLEEP(0.3); SELECT 7", "weir"});
  EXPECT_TRUE(wait_until(kLongWait, [&] { return client.out().find("1\n") == 0; })) << client.err();
  proxy.freeze();
  EXPECT_FALSE(client.wait(std::chrono::milliseconds(500)));
  proxy.pass();
  const auto end = client.wait();
  EXPECT_TRUE(end && end->ok()) << client.err();
  EXPECT_EQ(client.out(), "1\n0\n7\n");
}

}  // namespace
}  // namespace weir::support
