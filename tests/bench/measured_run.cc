// SPDX-License-Identifier: Apache-2.0
#include "measured_run.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "support/child_process.h"
#include "support/temp_dir.h"

extern char** environ;

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLookEveryMs = 10;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

/// getrusage() would do, did it not count the memory of the program that started the process as well.
long high_water_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  long kib = 0;
  while (status >> word) {
    if (word == "VmHWM:" && status >> kib) return kib;
  }
  return 0;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (auto& s : strings) all.push_back(s.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> merged_environment(const Command& command) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const bool replaced = std::any_of(command.environment.begin(), command.environment.end(),
                                      [&](const auto& own) { return text.rfind(own.first + "=", 0) == 0; });
    if (!replaced) all.push_back(text);
  }
  for (const auto& [name, value] : command.environment) all.push_back(name + "=" + value);
  return all;
}

/// Starts the program with standard output going to `out`; returns its process id.
pid_t start(const Command& command, int out, const std::string& error_file) {
  auto arguments = command.argv;
  auto environment = merged_environment(command);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, error_file.c_str(), O_WRONLY | O_CREAT, 0600);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, arguments.front().c_str(), &actions, nullptr,
                                  pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw std::runtime_error("cannot start " + command.argv.front() + ": " + std::strerror(error));
  }
  return pid;
}

}  // namespace

Usage run_measured(const Command& command) {
  const support::TempDir folder("weir-bench");
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  Usage usage;
  const auto begin = Clock::now();
  const pid_t pid = start(command, ends[1], (folder / "stderr").string());
  ::close(ends[1]);
  // By its number: glibc 2.36 declares pidfd_open() in a way that C++ cannot link.
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  std::array<pollfd, 2> watched{{{process, POLLIN, 0}, {ends[0], POLLIN, 0}}};
  std::array<char, 64 * 1024> output;
  while (watched[0].revents == 0) {
    ::poll(watched.data(), watched.size(), kLookEveryMs);
    if (watched[1].revents != 0) {
      const ssize_t n = ::read(ends[0], output.data(), output.size());
      if (n > 0 && usage.first_output == 0) usage.first_output = since(begin);
      if (n <= 0) watched[1].fd = -1;  // closed: poll leaves it out from now on
      watched[1].revents = 0;
    }
    usage.peak_kib = std::max(usage.peak_kib, high_water_kib(pid));
  }
  int status = 0;
  rusage used{};
  ::wait4(pid, &status, 0, &used);
  usage.wall = since(begin);
  usage.cpu = seconds(used.ru_utime) + seconds(used.ru_stime);
  ::close(process);
  ::close(ends[0]);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error(command.argv.front() + " failed:\n" +
                             support::last_lines(folder.read("stderr"), 20));
  }
  return usage;
}

}  // namespace weir::bench
