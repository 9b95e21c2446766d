// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/durable_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <weir/fail_point.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace weir {

std::string write_synced(const std::string& path, std::string_view text) {
  const auto problem = [&](const char* what) {
    return std::string("cannot ") + what + " " + path + ": " + std::strerror(errno);
  };
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return problem("create");
  std::string result;
  for (std::size_t done = 0; done < text.size() && result.empty();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) result = problem("write");
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  WEIR_FAIL_POINT("checkpoint.written");
  if (result.empty() && ::fsync(fd) != 0) result = problem("sync");
  WEIR_FAIL_POINT("checkpoint.synced");
  if (::close(fd) != 0 && result.empty()) result = problem("close");
  return result;
}

bool read_file(const std::string& path, std::string& bytes) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  in.peek();
  if (!in && errno != 0) return false;
  bytes.assign(std::istreambuf_iterator<char>(in), {});
  return !in.bad();
}

void sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace weir
