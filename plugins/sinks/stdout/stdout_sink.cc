// SPDX-License-Identifier: Apache-2.0
#include "sinks/stdout/stdout_sink.h"

#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>

namespace weir::standard_output {
namespace {

/// Held while a batch is written; there is one standard output for all instances.
std::mutex& output_mutex() {
  static std::mutex mutex;
  return mutex;
}

[[noreturn]] void stop(int error) {
  if (error == EPIPE) throw Stop("closed_pipe", "nobody reads standard output any more");
  throw Stop("cannot_write", "cannot write to standard output: " + std::generic_category().message(error));
}

/// How much may be written at once without waiting when poll says that there is room.
std::size_t chunk() {
  struct stat status {};
  const bool file = ::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode);
  return file ? SSIZE_MAX : PIPE_BUF;
}

}  // namespace

void StdoutSink::describe(Descriptor& d) {
  d.name("stdout")
      .summary("Writes records as lines to standard output.")
      .example("show: {plugin: stdout, from: parse}")
      .blocks();
  LineFormat::declare(d);
}

void StdoutSink::start(Context&) {
  interrupt_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!interrupt_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void StdoutSink::write(Records records, Context& out) {
  lines_.clear();
  while (!records.empty()) {
    records = records.subspan(format_.append(records, SIZE_MAX, lines_));
    if (records.empty()) break;
    out.fail(Port::kError, records.front(), LineFormat::kCode, LineFormat::kReason);
    records = records.subspan(1);
  }
  write_lines();
}

void StdoutSink::write_lines() {
  const std::lock_guard lock(output_mutex());
  const std::size_t most = chunk();
  for (std::size_t written = 0; written < lines_.size();) {
    wait_for_room();
    const ssize_t n =
        ::write(STDOUT_FILENO, lines_.text().data() + written, std::min(most, lines_.size() - written));
    if (n >= 0) {
      written += static_cast<std::size_t>(n);
    } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
      stop(errno);
    }
  }
}

/// Waits until the reader has made room, or throws when the pipeline aborts first.
void StdoutSink::wait_for_room() {
  pollfd events[2] = {{STDOUT_FILENO, POLLOUT, 0}, {interrupt_.get(), POLLIN, 0}};
  while (::poll(events, 2, -1) < 0) {
    if (errno != EINTR) stop(errno);
  }
  if (events[0].revents == 0)
    throw Stop("interrupted", "standard output was not read before the pipeline was aborted");
}

void StdoutSink::flush(Context&) {
  // Redirected to a file, the lines are to be on the disk; a pipe or terminal has nothing to bring there.
  if (::fsync(STDOUT_FILENO) != 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP) stop(errno);
}

void StdoutSink::interrupt() {
  if (interrupt_) ::eventfd_write(interrupt_.get(), 1);
}

}  // namespace weir::standard_output

WEIR_PLUGIN(weir::standard_output::StdoutSink);
