// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>

namespace weir::standins {

/// Where the answers of a stand-in wait: for a simulated latency, for a test that holds them, or
/// for ever. A wait ends early when the client closes its connection, so that no thread is kept by
/// a client that gave up. All calls are thread-safe.
class Gate {
 public:
  enum class Outcome { kGoOn, kClientLeft, kShutDown };

  /// From now on `pass` waits.
  void close();
  /// The next `calls` of `pass` do not wait; those after them do.
  void close_after(std::uint64_t calls);
  /// Lets go every call that waits in `pass` or `stall`; later calls of `pass` do not wait.
  void open();
  /// Ends all waits, present and future, until `restart`.
  void shut_down();
  void restart();

  /// Waits while the gate is closed.
  Outcome pass(int client_socket);
  /// Waits for the next `open`, even when the gate is open now: a service that does not answer.
  Outcome stall(int client_socket);
  /// Waits for that long.
  Outcome pause(int client_socket, std::chrono::milliseconds duration);

  /// How many calls wait in `pass` or `stall`.
  std::size_t waiting() const;

 private:
  struct Waiter {
    int wake_fd;
    bool until_open;
  };

  Outcome wait(std::unique_lock<std::mutex> lock, int client_socket,
               std::optional<std::chrono::milliseconds> duration);

  mutable std::mutex mutex_;
  // Below: protected by mutex_.
  bool open_ = true;
  std::optional<std::uint64_t> passes_left_;  ///< until it closes by itself
  bool shut_down_ = false;
  std::list<Waiter> waiters_;
};

}  // namespace weir::standins
