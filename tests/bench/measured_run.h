// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace weir::bench {

/// What one run of a program took.
struct Usage {
  double wall = 0;  ///< seconds from its start to its end
  double cpu = 0;   ///< seconds of all its threads, user and system
  double first_output =
      0;              ///< seconds from its start to its first byte on standard output; 0: there was none
  long peak_kib = 0;  ///< the most resident memory it had, looked at every few milliseconds
};

struct Command {
  std::vector<std::string> argv;                                 ///< argv[0] with its path
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to our own
};

/// Runs a program to its end; its standard output is read and thrown away. Throws std::runtime_error, with
/// the end of what it said on standard error, when it fails.
Usage run_measured(const Command& command);

}  // namespace weir::bench
