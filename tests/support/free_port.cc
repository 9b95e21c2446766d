// SPDX-License-Identifier: Apache-2.0
#include "support/free_port.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <stdexcept>

namespace weir::support {

namespace {

constexpr int kFirstPort = 10240;
constexpr int kLastPort = 65535;
constexpr int kAttempts = 1000;

bool can_listen(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free =
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && listen(fd, 1) == 0;
  close(fd);
  return free;
}

}  // namespace

std::uint16_t free_port() {
  int outgoing_first = kLastPort + 1;
  int outgoing_last = kLastPort + 1;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> outgoing_first >> outgoing_last;

  // Random rather than ascending: test programs that run at the same time must not follow one
  // another through the same numbers.
  std::random_device random;
  std::uniform_int_distribution<int> any_port(kFirstPort, kLastPort);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int port = any_port(random);
    if (port >= outgoing_first && port <= outgoing_last) continue;
    if (can_listen(static_cast<std::uint16_t>(port))) return static_cast<std::uint16_t>(port);
  }
  throw std::runtime_error("found no free TCP port on 127.0.0.1 outside the outgoing range " +
                           std::to_string(outgoing_first) + "-" + std::to_string(outgoing_last));
}

}  // namespace weir::support
