// SPDX-License-Identifier: Apache-2.0
#include "pipeline.h"

#include <utility>

namespace weir::faults {

std::string delivery_yaml(Delivery delivery, const std::string& every, const std::string& store) {
  std::string yaml = "checkpoint: {every: " + every + (store.empty() ? "" : ", store: " + store) + "}\n";
  if (delivery == Delivery::kExactlyOnce) {
    yaml += "delivery: exactly_once\nrestart: {first: 20ms, most: 200ms}\n";
  }
  return yaml;
}

std::string table_end(const std::filesystem::path& folder) {
  const auto tables = folder / "disk" / "tables";
  std::filesystem::create_directories(tables);
  return " ENGINE=InnoDB DATA DIRECTORY='" + tables.string() + "'";
}

Outage killed(std::string name, support::ServerProcess& server) {
  return {std::move(name), [&server] { server.kill(); }, [&server] { server.start(); }};
}

std::vector<Outage> network_outages(const std::string& server, support::TcpProxy& proxy) {
  const auto pass = [&proxy] { proxy.pass(); };
  return {{"network to the " + server + " stands still", [&proxy] { proxy.freeze(); }, pass},
          {"network to the " + server + " loses all", [&proxy] { proxy.black_hole(); }, pass},
          {"network to the " + server + " is cut", [&proxy] { proxy.cut(); }, pass}};
}

}  // namespace weir::faults
