// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace weir::standins {

/// One option of a stand-in's command line, `--name VALUE` or `--name=VALUE`; one without a
/// placeholder takes no value.
struct ProgramOption {
  std::string name;
  std::string placeholder;
  std::string help;
  /// Called for each time it is given, with its value; throws std::invalid_argument saying what
  /// was expected.
  std::function<void(const std::string&)> set;
};

enum class CommandLine { kRun, kHelpShown, kRefused };

/// Reads the command line. `--help` prints the options to standard output; what is wrong goes to
/// standard error.
CommandLine read_command_line(int argc, char** argv, const std::string& summary,
                              const std::vector<ProgramOption>& options);

/// Throws std::invalid_argument when the text is no whole number from 0 to `most`.
std::uint64_t number_of(const std::string& text,
                        std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

/// Keeps SIGTERM and SIGINT from ending the process, and `wait` returns when one has come. To be
/// made before any thread is started, since those inherit it.
class EndSignal {
 public:
  EndSignal();
  void wait() const;

 private:
  sigset_t signals_;
};

}  // namespace weir::standins
