// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace weir::support {

namespace fs = std::filesystem;

namespace {

// All that the new process needs between fork and exec, made ready before the fork: in a program
// with threads only async-signal-safe calls are allowed there, and no allocation.
struct Launch {
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::string working_dir;
  std::string input, output, error;
  pid_t parent = getpid();
  int report_fd = -1;  // closed by exec; else receives errno
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& additions) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (additions.count(std::string(text.substr(0, text.find('=')))) == 0) {
      result.emplace_back(text);
    }
  }
  for (const auto& [name, value] : additions) result.push_back(name + "=" + value);
  return result;
}

bool redirect(const std::string& path, int flags, int target) {
  const int fd = open(path.c_str(), flags, 0644);
  if (fd < 0) return false;
  if (fd == target) return true;
  const bool done = dup2(fd, target) == target;
  close(fd);
  return done;
}

// Runs in the new process; returns only when the program cannot be started, with errno set.
void become_program(const Launch& launch) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(127);  // the test died before the line above

  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);

  if (!redirect(launch.input, O_RDONLY, STDIN_FILENO) ||
      !redirect(launch.output, O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO) ||
      !redirect(launch.error, O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO)) {
    return;
  }
  // Sockets of servers inside the test must not stay open in here.
  close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
  if (!launch.working_dir.empty() && chdir(launch.working_dir.c_str()) != 0) return;
  execvpe(launch.argv[0], launch.argv.data(), launch.environment.data());
}

pid_t spawn(Launch& launch) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) {
    throw std::runtime_error(std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  launch.report_fd = report[1];
  const pid_t pid = fork();
  if (pid == 0) {
    become_program(launch);
    const int error = errno;
    [[maybe_unused]] const ssize_t written = write(launch.report_fd, &error, sizeof error);
    _exit(127);
  }
  int error = pid < 0 ? errno : 0;
  close(report[1]);
  ssize_t got = 0;
  if (pid > 0) {
    do {
      got = read(report[0], &error, sizeof error);
    } while (got < 0 && errno == EINTR);
  }
  close(report[0]);
  if (pid < 0 || got == static_cast<ssize_t>(sizeof error)) {
    if (pid > 0) waitpid(pid, nullptr, 0);
    throw std::runtime_error(std::string("cannot start ") + launch.argv[0] + ": " + std::strerror(error));
  }
  return pid;
}

}  // namespace

std::string to_string(const ExitStatus& status) {
  return status.signal != 0 ? "signal " + std::to_string(status.signal)
                            : "exit code " + std::to_string(status.code);
}

ChildProcess::ChildProcess(std::vector<std::string> argv, ChildOptions options) {
  if (argv.empty()) throw std::runtime_error("cannot start a program without a name");
  auto environment = merged_environment(options.environment);
  Launch launch;
  launch.argv = pointers(argv);
  launch.environment = pointers(environment);
  launch.working_dir = options.working_dir.string();
  launch.input = options.input ? capture_.write("stdin", *options.input).string() : "/dev/null";
  launch.output = capture_.write("stdout", "").string();
  launch.error = capture_.write("stderr", "").string();
  pid_ = spawn(launch);
}

ChildProcess::~ChildProcess() {
  kill();
}

// Reaps the program if it has ended. Call with mutex_ held.
std::optional<ExitStatus> ChildProcess::poll() {
  if (ended_) return ended_;
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid != pid_) {
    return std::nullopt;
  }
  // Before the reaping, while the number of the group cannot belong to anyone else.
  ::kill(-pid_, SIGKILL);
  int status = 0;
  rusage usage{};
  wait4(pid_, &status, 0, &usage);
  peak_kib_ = usage.ru_maxrss;
  ended_ = WIFSIGNALED(status) ? ExitStatus{0, WTERMSIG(status)} : ExitStatus{WEXITSTATUS(status), 0};
  return ended_;
}

bool ChildProcess::running() {
  const std::lock_guard lock(mutex_);
  return !poll();
}

std::optional<ExitStatus> ChildProcess::wait(std::chrono::milliseconds within) {
  std::optional<ExitStatus> result;
  (void)wait_until(within, [&] {
    const std::lock_guard lock(mutex_);
    result = poll();
    return result.has_value();
  });
  return result;
}

void ChildProcess::signal(int number) {
  const std::lock_guard lock(mutex_);
  if (!poll()) ::kill(pid_, number);
}

void ChildProcess::kill() {
  {
    const std::lock_guard lock(mutex_);
    if (!poll()) ::kill(-pid_, SIGKILL);
  }
  wait();
}

long ChildProcess::memory_field_kib(const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  std::string word;
  long kib = 0;
  while (status >> word) {
    if (word == field && status >> kib) return kib;
  }
  return 0;
}

long ChildProcess::resident_memory_kib() {
  const std::lock_guard lock(mutex_);
  return poll() ? 0 : memory_field_kib("VmRSS:");
}

long ChildProcess::peak_memory_kib() {
  const std::lock_guard lock(mutex_);
  return poll() ? peak_kib_ : memory_field_kib("VmHWM:");
}

Completed run(std::vector<std::string> argv, ChildOptions options, std::chrono::milliseconds within) {
  const std::string name = argv.empty() ? "" : argv.front();
  ChildProcess child(std::move(argv), std::move(options));
  const auto status = child.wait(within);
  if (!status) {
    throw std::runtime_error(name + " still runs after " + std::to_string(within.count()) +
                             " ms; its stderr ends with:\n" + last_lines(child.err(), 10));
  }
  return {*status, child.out(), child.err()};
}

std::optional<std::string> find_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(std::string(path != nullptr ? path : "/usr/bin:/bin") +
                             ":/usr/local/sbin:/usr/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = (fs::path(folder) / name).string();
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return std::nullopt;
}

std::optional<std::string> why_no_program(const std::string& name, const std::string& package) {
  if (find_program(name)) return std::nullopt;
  return "there is no " + name + " (Debian: apt-get install " + package + ")";
}

std::string last_lines(const std::string& text, int lines) {
  std::size_t start = text.size();
  for (int found = 0; start > 0; --start) {
    if (text[start - 1] == '\n' && start != text.size() && ++found == lines) break;
  }
  return text.substr(start);
}

}  // namespace weir::support
