// SPDX-License-Identifier: Apache-2.0
#include "support/server_process.h"

#include <csignal>
#include <stdexcept>
#include <utility>

namespace weir::support {

ServerProcess::ServerProcess(std::string name, int stop_signal)
    : name_(std::move(name)), stop_signal_(stop_signal) {}

void ServerProcess::expect_stopped() {
  if (running()) throw std::runtime_error("the " + name_ + " is running already");
}

void ServerProcess::launch(std::vector<std::string> argv, ChildOptions options) {
  process_.emplace(std::move(argv), std::move(options));
}

void ServerProcess::wait_until_ready(const std::string& where, const std::function<bool()>& answers) {
  const bool ready = wait_until(kLongWait, [&] { return !process_->running() || answers(); });
  if (ready && process_->running()) return;
  throw std::runtime_error("the " + name_ + " does not answer on " + where + "; its log ends with:\n" +
                           last_lines(log() + process_->out(), 20));
}

void ServerProcess::stop() {
  if (!running()) return;
  thaw();
  process_->signal(stop_signal_);
  if (process_->wait()) return;
  throw std::runtime_error("the " + name_ + " did not end when it was told to; its log ends with:\n" +
                           last_lines(log(), 20));
}

void ServerProcess::kill() {
  if (process_) process_->kill();
}

void ServerProcess::restart() {
  stop();
  start();
}

void ServerProcess::freeze() {
  if (process_) process_->signal(SIGSTOP);
}

void ServerProcess::thaw() {
  if (process_) process_->signal(SIGCONT);
}

}  // namespace weir::support
