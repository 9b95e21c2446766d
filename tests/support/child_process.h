// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "support/temp_dir.h"
#include "support/wait_until.h"

namespace weir::support {

/// How a process ended: with an exit code, or by a signal.
struct ExitStatus {
  int code = 0;    // valid when signal is 0
  int signal = 0;  // the signal that ended it, 0 for none

  bool ok() const { return code == 0 && signal == 0; }
  bool operator==(const ExitStatus&) const = default;
};

/// "exit code 2" or "signal 9".
std::string to_string(const ExitStatus& status);

struct ChildOptions {
  std::map<std::string, std::string> environment = {};  // added to the test's own, or replacing it
  std::filesystem::path working_dir = {};               // empty: the test's own
  std::optional<std::string> input = {};                // bytes on standard input; none: /dev/null
};

/// A program running beside the test, in a process group of its own, its output captured in files.
/// - The destructor kills the group (SIGKILL) and reaps the program. When the program ends by itself
///   and its end is noticed, what it left running in its group is killed too.
/// - The program is also killed when the thread that constructed this object ends (the kernel ties
///   it to the thread, not to the process), so construct it on a thread that outlives it. Thus
///   nothing stays behind when the test itself is killed.
/// - The functions may be called from any thread.
class ChildProcess {
 public:
  /// Starts argv[0], looked for in PATH. Returns when it runs; throws std::runtime_error when it
  /// cannot be started (no such program, no such folder).
  explicit ChildProcess(std::vector<std::string> argv, ChildOptions options = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  /// Waits for the end; none when it still runs after `within`.
  std::optional<ExitStatus> wait(std::chrono::milliseconds within = kLongWait);
  /// Sends a signal to the program alone; nothing happens when it has ended.
  void signal(int number);
  /// SIGKILL to the program and all that it started, then waits for its end.
  void kill();

  /// All that it has printed so far.
  std::string out() const { return capture_.read("stdout"); }
  std::string err() const { return capture_.read("stderr"); }

  /// Resident memory now; 0 when it has ended.
  long resident_memory_kib();
  /// Highest resident memory so far. After the end this is what the kernel noted for the process,
  /// which is never below the memory of the test program when it started the child.
  long peak_memory_kib();

 private:
  std::optional<ExitStatus> poll();
  long memory_field_kib(const std::string& field);

  TempDir capture_{"weir-child"};
  std::mutex mutex_;  // guards ended_ and peak_kib_, and keeps pid_ from being reused under a signal
  pid_t pid_ = -1;
  std::optional<ExitStatus> ended_;
  long peak_kib_ = 0;
};

/// What a program that ran to its end left.
struct Completed {
  ExitStatus status;
  std::string out;
  std::string err;
};

/// Runs a program to its end. Throws std::runtime_error when it does not end within the time.
Completed run(std::vector<std::string> argv, ChildOptions options = {},
              std::chrono::milliseconds within = kLongWait);

/// The full path of a program in PATH, /usr/local/sbin or /usr/sbin (where Debian keeps servers,
/// outside the PATH of normal users); none when there is none.
std::optional<std::string> find_program(const std::string& name);

/// Says that there is no such program, and the Debian package that has it; none when there is one.
std::optional<std::string> why_no_program(const std::string& name, const std::string& package);

/// The last `lines` lines of a text, for error messages that quote a log.
std::string last_lines(const std::string& text, int lines);

}  // namespace weir::support
