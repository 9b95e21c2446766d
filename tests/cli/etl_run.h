// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace weir::test {

/// Runs etl-run in a folder of the test's own.
class EtlRun : public ::testing::Test {
 protected:
  using Environment = std::map<std::string, std::string>;

  /// To its end.
  support::Completed etl_run(std::vector<std::string> arguments, Environment environment = {}) const;

  /// Beside the test.
  std::unique_ptr<support::ChildProcess> start(std::vector<std::string> arguments) const;

  /// The same with a standard output that the test holds open but never reads, so that who writes more than a
  /// pipe holds waits for ever.
  std::unique_ptr<support::ChildProcess> start_with_stuck_output(const std::string& arguments);

  /// Whether as much has been written there as the pipe holds.
  bool output_is_stuck() const;

  bool exists(const std::string& name) const;
  std::vector<std::string> lines_of(const std::string& name) const;

  support::TempDir dir_{"weir-cli"};

 private:
  /// Closes a file descriptor.
  struct Pipe {
    int fd = -1;
    ~Pipe();
  };
  Pipe stuck_;
};

/// The lines "1" to "COUNT", each with so much behind it that it has `width` characters.
std::string numbered_lines(int count, std::size_t width);

/// The last line of a text that begins with `start`; empty when there is none.
std::string line_with(const std::string& text, const std::string& start);

}  // namespace weir::test
