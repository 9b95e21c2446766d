// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

namespace weir::bench {

/// Calls take(line) for each line of a file; SIMDJSON_PADDING bytes behind the line are readable.
template <class Take>
void each_line(const char* input, Take&& take) {
  constexpr std::size_t kBlock = 256 * 1024;
  const int fd = ::open(input, O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), input);
  std::vector<char> block(kBlock + simdjson::SIMDJSON_PADDING);
  std::size_t kept = 0;  // of an unfinished line, at the block's beginning
  for (;;) {
    const ssize_t n = ::read(fd, block.data() + kept, block.size() - simdjson::SIMDJSON_PADDING - kept);
    if (n < 0) throw std::system_error(errno, std::generic_category(), input);
    const char* const end = block.data() + kept + n;
    const char* start = block.data();
    while (const auto* newline =
               static_cast<const char*>(std::memchr(start, '\n', static_cast<std::size_t>(end - start)))) {
      take(std::string_view(start, static_cast<std::size_t>(newline - start)));
      start = newline + 1;
    }
    kept = static_cast<std::size_t>(end - start);
    if (n == 0) {
      if (kept != 0) take(std::string_view(start, kept));
      break;
    }
    if (kept == block.size() - simdjson::SIMDJSON_PADDING) throw std::runtime_error("a line is too long");
    std::memmove(block.data(), start, kept);
  }
  ::close(fd);
}

}  // namespace weir::bench
