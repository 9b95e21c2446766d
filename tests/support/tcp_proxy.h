// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

namespace weir::support {

/// The network between a program and a server, on a port of its own, for tests that cut it. It needs no
/// rights. One thread of its own; the functions may be called from any.
class TcpProxy {
 public:
  /// Listens on a free port of an address of this machine. Throws std::runtime_error.
  explicit TcpProxy(std::string host = "127.0.0.1");
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const { return port_; }
  /// "HOST:PORT".
  std::string address() const { return host_ + ":" + std::to_string(port_); }
  /// Where connections that come from now on lead to, on 127.0.0.1.
  void lead_to(std::uint16_t port) { target_ = port; }

  /// As at the beginning. What waited in a frozen network goes on; connections that lost bytes in a black
  /// hole are reset.
  void pass() { set(Mode::kPass); }
  /// Nothing moves and nothing is lost: a route that comes back before anybody gives up.
  void freeze() { set(Mode::kFrozen); }
  /// What is sent is lost without a word, and new connections hear nothing.
  void black_hole() { set(Mode::kBlackHole); }
  /// All connections are reset, and new ones as soon as they come.
  void cut() { set(Mode::kCut); }

 private:
  enum class Mode { kPass, kFrozen, kBlackHole, kCut };
  struct Way {
    int from = -1;
    int to = -1;
    std::string waiting = {};  // read, and not written yet
    bool ended = false;        // `from` sends no more
  };
  struct Link {
    Way there, back;
    bool over = false;
  };

  void set(Mode mode);
  void run();
  void serve();
  void accept_all(Mode mode);
  static void move(Link& link, Way& way, short came, short can_go);
  static void reset(int fd);
  void drop(Link& link);

  const std::string host_;
  int listener_ = -1;
  int wake_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint16_t> target_{0};
  std::atomic<Mode> mode_{Mode::kPass};
  std::atomic<bool> stopping_{false};
  std::list<Link> links_;  // of the thread
  bool lost_bytes_ = false;
  std::thread thread_;
};

}  // namespace weir::support
