// SPDX-License-Identifier: Apache-2.0
#include "support/private_network.h"

#include <filesystem>
#include <random>
#include <stdexcept>

#include "support/child_process.h"
#include "support/wait_until.h"

namespace weir::support {
namespace {

/// `before`: what the command begins with.
void ip(const std::vector<std::string>& words, std::vector<std::string> before = {}) {
  before.push_back(find_program("ip").value_or("ip"));
  before.insert(before.end(), words.begin(), words.end());
  const auto done = run(std::move(before));
  if (done.status.ok()) return;
  std::string text = "ip";
  for (const auto& word : words) text += " " + word;
  throw std::runtime_error("a private network cannot be laid: " + text + ": " + done.err);
}

std::string network_of(const std::string& pid) {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/" + pid + "/ns/net", error).string();
}

}  // namespace

std::optional<std::string> PrivateNetwork::why_unavailable() try {
  if (auto reason = why_no_program("ip", "iproute2")) return reason;
  const PrivateNetwork network;
  return std::nullopt;
} catch (const std::runtime_error& error) {
  return std::string(error.what()) + " (only root can)";
}

PrivateNetwork::PrivateNetwork()
    : keeper_(
          std::make_unique<ChildProcess>(std::vector<std::string>{"unshare", "--net", "sleep", "infinity"})) {
  const std::string pid = std::to_string(keeper_->pid());
  if (!wait_until(kLongWait,
                  [&] {
                    return !keeper_->running() ||
                           (!network_of(pid).empty() && network_of(pid) != network_of("self"));
                  }) ||
      !keeper_->running()) {
    throw std::runtime_error("a private network cannot be laid: " + keeper_->err());
  }
  // Whichever others there are on this machine: a network of four addresses in 10.0.0.0/8.
  std::random_device random;
  const unsigned place = random() % (1u << 22);
  const auto address = [&](unsigned host) {
    const unsigned low = place * 4 + host;
    return "10." + std::to_string(low >> 16) + "." + std::to_string(low >> 8 & 255) + "." +
           std::to_string(low & 255);
  };
  outer_end_ = "weir-o" + pid;
  const std::string inner_end = "weir-i" + pid;
  outer_address_ = address(1);
  ip({"link", "add", outer_end_, "type", "veth", "peer", "name", inner_end, "netns", pid});
  ip({"address", "add", outer_address_ + "/30", "dev", outer_end_});
  plug();
  ip({"address", "add", address(2) + "/30", "dev", inner_end}, inside());
  ip({"link", "set", inner_end, "up"}, inside());
  ip({"link", "set", "lo", "up"}, inside());
}

PrivateNetwork::~PrivateNetwork() = default;

std::vector<std::string> PrivateNetwork::inside() const {
  return {"nsenter", "--net", "--target", std::to_string(keeper_->pid())};
}

void PrivateNetwork::unplug() {
  ip({"link", "set", outer_end_, "down"});
}

void PrivateNetwork::plug() {
  ip({"link", "set", outer_end_, "up"});
}

}  // namespace weir::support
