// SPDX-License-Identifier: Apache-2.0
// weir-limit-file INPUT FOLDER: what pipelines/file.yaml does, written by hand for this one job.
#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "limit_main.h"
#include "outputs.h"

namespace weir::bench {
namespace {

constexpr std::size_t kBlock = 256 * 1024;

class Filter {
 public:
  explicit Filter(const std::string& folder)
      : matched_(folder + "/matched.ndjson"), others_(folder + "/others.ndjson") {}

  /// SIMDJSON_PADDING bytes behind the line are readable.
  void take(std::string_view line) {
    std::string_view status;
    auto document = parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    const auto error = document["status"].get_string().get(status);
    if (error != simdjson::SUCCESS && error != simdjson::NO_SUCH_FIELD) {
      throw std::runtime_error("not JSON: " + std::string(line));
    }
    (error == simdjson::SUCCESS && status == "paid" ? matched_ : others_).add(line);
  }
  void finish() {
    matched_.finish();
    others_.finish();
  }

 private:
  simdjson::ondemand::parser parser_;
  LineFile matched_;
  LineFile others_;
};

void run(const char* input, const char* folder) {
  const int fd = ::open(input, O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), input);
  Filter filter(folder);
  std::vector<char> block(kBlock + simdjson::SIMDJSON_PADDING);
  std::size_t kept = 0;  // of an unfinished line, at the block's beginning
  for (;;) {
    const ssize_t n = ::read(fd, block.data() + kept, block.size() - simdjson::SIMDJSON_PADDING - kept);
    if (n < 0) throw std::system_error(errno, std::generic_category(), input);
    const char* const end = block.data() + kept + n;
    const char* start = block.data();
    while (const auto* newline =
               static_cast<const char*>(std::memchr(start, '\n', static_cast<std::size_t>(end - start)))) {
      filter.take({start, static_cast<std::size_t>(newline - start)});
      start = newline + 1;
    }
    kept = static_cast<std::size_t>(end - start);
    if (n == 0) {
      if (kept != 0) filter.take({start, kept});
      break;
    }
    if (kept == block.size() - simdjson::SIMDJSON_PADDING) throw std::runtime_error("a line is too long");
    std::memmove(block.data(), start, kept);
  }
  filter.finish();
  ::close(fd);
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: weir-limit-file INPUT FOLDER\n", 2;
  return weir::bench::exit_code_of(argv[0], [&] { weir::bench::run(argv[1], argv[2]); });
}
