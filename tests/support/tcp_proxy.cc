// SPDX-License-Identifier: Apache-2.0
#include "support/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace weir::support {
namespace {

constexpr std::size_t kMostWaiting = 256 * 1024;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string("a proxy cannot ") + what + ": " + std::strerror(errno));
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const auto address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return -1;
  }
  return fd;
}

void make_quick(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

TcpProxy::TcpProxy(std::string host) : host_(std::move(host)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  auto address = loopback(0);
  if (::inet_pton(AF_INET, host_.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("a proxy cannot listen at " + host_);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fail("listen");
  }
  port_ = ntohs(address.sin_port);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) fail("be woken");
  thread_ = std::thread([this] { run(); });
}

TcpProxy::~TcpProxy() {
  stopping_ = true;
  set(Mode::kCut);
  thread_.join();
  for (auto& link : links_) drop(link);
  ::close(listener_);
  ::close(wake_);
}

void TcpProxy::set(Mode mode) {
  mode_ = mode;
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_, &one, sizeof one));
}

void TcpProxy::run() {
  while (!stopping_) serve();
}

/// Waits until something can be done, and does it.
void TcpProxy::serve() {
  const Mode mode = mode_;
  if (mode == Mode::kCut || (mode == Mode::kPass && lost_bytes_)) {
    for (auto& link : links_) drop(link);
    lost_bytes_ = false;
  }
  links_.remove_if([](const Link& link) { return link.over; });
  const bool reads = mode == Mode::kPass || mode == Mode::kBlackHole;
  std::vector<pollfd> fds{{wake_, POLLIN, 0},
                          {listener_, static_cast<short>(mode == Mode::kFrozen ? 0 : POLLIN), 0}};
  for (const auto& link : links_) {
    for (const auto* way : {&link.there, &link.back}) {
      const bool more = reads && !way->ended && way->waiting.size() < kMostWaiting;
      const bool writes = mode == Mode::kPass && !way->waiting.empty();
      // A negative descriptor is passed over: otherwise the end of a connection would be told again and
      // again.
      fds.push_back({more ? way->from : -1, POLLIN, 0});
      fds.push_back({writes ? way->to : -1, POLLOUT, 0});
    }
  }
  if (::poll(fds.data(), fds.size(), -1) < 0) return;
  std::uint64_t woken = 0;
  static_cast<void>(::read(wake_, &woken, sizeof woken));
  if (mode_ != mode) return;
  std::size_t i = 2;
  for (auto& link : links_) {
    for (auto* way : {&link.there, &link.back}) {
      if (!link.over) move(link, *way, fds[i].revents, fds[i + 1].revents);
      if (mode == Mode::kBlackHole && !way->waiting.empty()) {
        way->waiting.clear();
        lost_bytes_ = true;
      }
      i += 2;
    }
  }
  if (fds[1].revents != 0) accept_all(mode);
}

void TcpProxy::accept_all(Mode mode) {
  for (int client = -1; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    // One that comes into a black hole leads nowhere, also when that has gone.
    const int server = mode == Mode::kPass ? connect_to(target_) : -1;
    if (server < 0 && mode != Mode::kBlackHole) {
      reset(client);
      continue;
    }
    if (mode == Mode::kBlackHole) lost_bytes_ = true;
    make_quick(client);
    if (server >= 0) make_quick(server);
    links_.push_back({{client, server}, {server, client}});
  }
}

void TcpProxy::move(Link& link, Way& way, short came, short can_go) {
  if (came != 0) {
    char bytes[65536];
    const ssize_t n = ::read(way.from, bytes, sizeof bytes);
    if (n > 0) way.waiting.append(bytes, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) way.ended = true;
  }
  if (can_go != 0) {
    const ssize_t n = ::send(way.to, way.waiting.data(), way.waiting.size(), MSG_NOSIGNAL);
    if (n > 0) way.waiting.erase(0, static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
      way.waiting.clear();
      way.ended = true;
    }
  }
  if (!way.ended || !way.waiting.empty()) return;
  ::close(way.from);
  if (way.to >= 0) ::close(way.to);
  link.over = true;
}

void TcpProxy::reset(int fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd);
}

void TcpProxy::drop(Link& link) {
  if (link.over) return;
  for (const int fd : {link.there.from, link.there.to}) {
    if (fd >= 0) reset(fd);
  }
  link.over = true;
}

}  // namespace weir::support
