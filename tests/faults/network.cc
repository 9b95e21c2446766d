// SPDX-License-Identifier: Apache-2.0
#include "network.h"

namespace weir::faults {

Network::Network() {
  if (!support::PrivateNetwork::why_unavailable()) own_.emplace();
}

std::string Network::host() const {
  return own_ ? own_->outer_address() : "127.0.0.1";
}

std::vector<std::string> Network::inside() const {
  return own_ ? own_->inside() : std::vector<std::string>{};
}

std::vector<Outage> Network::outages() {
  if (!own_) return {};
  return {{"cable unplugged", [this] { own_->unplug(); }, [this] { own_->plug(); }}};
}

}  // namespace weir::faults
