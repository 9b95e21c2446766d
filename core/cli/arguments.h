// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "spec/replay_spec.h"

namespace weir {

enum class Command { kRun, kCheck, kPlugins, kReplay, kState, kTest };

/// What `etl-run test` was asked for.
struct TestRequest {
  std::vector<std::string> paths;  ///< files and folders
  std::string filter;              ///< only tests with this in their name
  int at_once = 0;                 ///< sources give no more records at once; 0: all that a step has
  bool thorough = false;           ///< each test in all ways that must make no difference
  bool on_disk = false;            ///< `--state rocksdb`: state stands there, not in memory
  std::string junit;               ///< where the results go as JUnit's XML; empty: nowhere
};

/// A command line of etl-run, understood.
struct Arguments {
  Command command = Command::kRun;
  bool help =
      false;  ///< show help_text(command), do nothing else; what the command needs may be missing then
  bool version = false;  ///< show version_text(), do nothing else
  bool quiet = false;
  bool verify_ports = false;  ///< run, replay: compare what leaves by each port with its declaration
  std::vector<std::string> dropped_states;  ///< run: stages whose saved state is left behind
  std::string begin_with;                   ///< run: a file that `state --export` has written; empty: none
  std::string listen;                       ///< run: where to answer over HTTP; empty: nowhere
  std::string export_to;                    ///< state: a file, or -; empty: show it
  std::vector<std::string> plugin_dirs;
  std::string file;      ///< the pipeline: run, check, replay, state
  std::string plugin;    ///< plugins: the one to describe; empty: all
  ReplayRequest replay;  ///< replay
  TestRequest test;      ///< test
};

/// Reads the arguments behind the program's name. The message of a Problem is what to print for a usage
/// error: what is wrong, the nearest right name, and the usage of the command.
Result<Arguments> parse_arguments(const std::vector<std::string>& arguments);

/// What --help prints: of the whole program for Command::kRun, otherwise of that command.
std::string help_text(Command command);

/// The "usage: ..." lines of a command.
std::string usage_text(Command command);

/// What --version prints.
std::string version_text();

}  // namespace weir
