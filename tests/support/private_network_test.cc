// SPDX-License-Identifier: Apache-2.0
#include "support/private_network.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/mariadb_server.h"
#include "support/require_real.h"
#include "support/tcp_proxy.h"

namespace weir::support {
namespace {

/// Whether a client of the database, who is within, gets an answer within a second.
bool is_answered(const PrivateNetwork& network, const TcpProxy& proxy) {
  auto command = network.inside();
  const std::vector<std::string> client{*find_program("mariadb"),
                                        "--no-defaults",
                                        "--protocol=tcp",
                                        "--host=" + network.outer_address(),
                                        "--port=" + std::to_string(proxy.port()),
                                        "--user=weir",
                                        "--password=weir-secret",
                                        "--connect-timeout=1",
                                        "--execute=SELECT 7",
                                        "weir"};
  command.insert(command.end(), client.begin(), client.end());
  return run(command).status.ok();
}

TEST(PrivateNetwork, ItsProgramsReachServersOfThisSideWhileTheCableIsPlugged) {
  WEIR_REQUIRE_MARIADB();
  WEIR_REQUIRE_REAL("network namespace", PrivateNetwork::why_unavailable());
  PrivateNetwork network;
  TcpProxy proxy(network.outer_address());
  proxy.lead_to(MariaDbServer::shared().port());
  EXPECT_TRUE(is_answered(network, proxy));
  network.unplug();
  EXPECT_FALSE(is_answered(network, proxy));
  network.plug();
  EXPECT_TRUE(is_answered(network, proxy));
}

}  // namespace
}  // namespace weir::support
