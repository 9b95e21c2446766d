// SPDX-License-Identifier: Apache-2.0
#include "etl_run.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

namespace weir::test {

support::Completed EtlRun::etl_run(std::vector<std::string> arguments, Environment environment) const {
  arguments.insert(arguments.begin(), WEIR_ETL_RUN);
  return support::run(std::move(arguments),
                      {.environment = std::move(environment), .working_dir = dir_.path()});
}

std::unique_ptr<support::ChildProcess> EtlRun::start(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), WEIR_ETL_RUN);
  return std::make_unique<support::ChildProcess>(std::move(arguments),
                                                 support::ChildOptions{.working_dir = dir_.path()});
}

std::unique_ptr<support::ChildProcess> EtlRun::start_with_stuck_output(const std::string& arguments) {
  const std::string pipe = (dir_ / "stuck").string();
  if (::mkfifo(pipe.c_str(), 0600) != 0) throw std::system_error(errno, std::generic_category(), pipe);
  stuck_.fd = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  return std::make_unique<support::ChildProcess>(
      std::vector<std::string>{"sh", "-c", "exec " WEIR_ETL_RUN " " + arguments + " >stuck"},
      support::ChildOptions{.working_dir = dir_.path()});
}

bool EtlRun::output_is_stuck() const {
  int held = 0;
  // A writer of a non-blocking kind leaves less than a page free.
  return ::ioctl(stuck_.fd, FIONREAD, &held) == 0 && held > ::fcntl(stuck_.fd, F_GETPIPE_SZ) - 2 * 4096;
}

EtlRun::Pipe::~Pipe() {
  if (fd >= 0) ::close(fd);
}

bool EtlRun::exists(const std::string& name) const {
  return std::filesystem::exists(dir_ / name);
}

std::vector<std::string> EtlRun::lines_of(const std::string& name) const {
  std::istringstream text(dir_.read(name));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::string numbered_lines(int count, std::size_t width) {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    std::string line = std::to_string(i);
    if (line.size() < width) line += ' ' + std::string(width - line.size() - 1, '.');
    text += line + "\n";
  }
  return text;
}

std::string line_with(const std::string& text, const std::string& start) {
  std::istringstream lines(text);
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(start, 0) == 0) found = line;
  }
  return found;
}

}  // namespace weir::test
