// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::bench {

/// A file that a limit program writes lines to, a large piece at a time. Throws std::system_error.
/// One thread.
class LineFile {
 public:
  explicit LineFile(const std::string& path);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  void add(std::string_view line) {
    buffer_.append(line);
    buffer_.push_back('\n');
    if (buffer_.size() >= kWriteAt) write();
  }
  /// Writes the rest and brings the file to the disk.
  void finish();

 private:
  static constexpr std::size_t kWriteAt = 256 * 1024;
  void write();

  int fd_;
  std::string buffer_;
};

}  // namespace weir::bench
