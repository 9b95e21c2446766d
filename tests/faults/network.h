// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline.h"
#include "support/private_network.h"

namespace weir::faults {

/// What lies between etl-run and the servers that it talks to: a network of its own with a cable, where one
/// can be laid; otherwise the loopback, of which nothing is unplugged.
class Network {
 public:
  Network();

  /// By which address etl-run finds the servers.
  std::string host() const;
  /// What its command begins with.
  std::vector<std::string> inside() const;
  /// Nothing where there is no cable.
  std::vector<Outage> outages();

 private:
  std::optional<support::PrivateNetwork> own_;
};

}  // namespace weir::faults
