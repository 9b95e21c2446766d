// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace weir::support {

/// A real server beside the test that can be taken down and brought back: what those of Kafka, MariaDB and
/// PostgreSQL have in common. For one thread; throws std::runtime_error with the end of the server's log.
class ServerProcess {
 public:
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Returns when it can be used. After stop() or kill() it comes back with the same port and data.
  virtual void start() = 0;
  /// An orderly shutdown. Returns when the process has ended.
  void stop();
  /// SIGKILL, as a crash.
  void kill();
  /// stop() and start().
  void restart();
  /// SIGSTOP and SIGCONT: connections stay, but nothing answers (of PostgreSQL, only those that are new).
  void freeze();
  void thaw();

  bool running() { return process_ && process_->running(); }
  /// What the server logged since the last start.
  std::string log() const { return process_ ? process_->err() : ""; }

 protected:
  /// `name`: for messages, such as "MariaDB server"; `stop_signal`: what makes it shut down in order.
  ServerProcess(std::string name, int stop_signal);
  ~ServerProcess() = default;

  /// Throws when it runs already.
  void expect_stopped();
  void launch(std::vector<std::string> argv, ChildOptions options = {});
  /// Returns when it `answers`; throws, with `where` it was asked, when it ends before or takes too long.
  void wait_until_ready(const std::string& where, const std::function<bool()>& answers);

 private:
  const std::string name_;
  const int stop_signal_;
  std::optional<ChildProcess> process_;
};

}  // namespace weir::support
