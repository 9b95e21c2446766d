// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lines/file_descriptor.h"
#include "lines/line_buffer.h"
#include "time_zone/time_zone.h"

namespace weir::file {

/// When a file is finished and gets a number behind its name.
struct Rotation {
  std::chrono::milliseconds every{0};  ///< at the multiples of this time by the zone's clocks; 0: never
  std::size_t size = 0;                ///< before it would grow beyond so many bytes; 0: never
  const TimeZone* zone = nullptr;
};

/// One path that whole lines are appended to, by this object and, at the same time, by other tasks and
/// processes.
///
/// Each append() takes the file's lock (flock), looks whether the path still names the file that it holds,
/// opens it anew if it was renamed, and writes in one go. Who renames the file under the same lock therefore
/// finds whole batches in it and nothing is added afterwards. All functions throw Stop, with path and reason,
/// on errors of the system; what was not appended then is not in the file either.
class OutputFile {
 public:
  OutputFile(std::string path, const Rotation& rotation) : path_(std::move(path)), rotation_(rotation) {}
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Whole lines that wait for append().
  LineBuffer& buffer() { return buffer_; }

  /// Writes the buffer's lines behind the others. `now`: processing time, for the rotation.
  void append(std::chrono::milliseconds now);

  /// append(), then returns when all of it is on the disk, the file's name included. A file whose time is
  /// over is finished, even if nothing was added.
  void sync(std::chrono::milliseconds now);

  /// Whether append() had something to write since the last sync().
  bool used() const { return used_ || !buffer_.empty(); }

 private:
  class Lock;

  std::int64_t slot(std::int64_t milliseconds) const;
  bool over(std::chrono::milliseconds now) const;
  void open(std::chrono::milliseconds now);
  void lock_current(std::chrono::milliseconds now);
  void lock() const;
  bool names_held_file() const;
  void finish_file();
  void finish_idle_file();
  void write_buffer(std::uint64_t size);
  /// 0, or the error.
  int write_all(std::string_view text);
  /// Cuts off what was added to the file of that size, and throws the reason.
  [[noreturn]] void take_back(std::uint64_t size, int error);
  void close();
  void sync_data();
  void make_folders(const std::string& folder);
  [[noreturn]] void stop(const std::string& what, int error) const;

  const std::string path_;
  const Rotation& rotation_;
  LineBuffer buffer_;
  FileDescriptor file_;
  std::int64_t slot_ = 0;  // of rotation_.every that the file's last line belongs to
  bool unsynced_ = false;
  bool used_ = false;
  std::set<std::string> unsynced_folders_;
};

/// Throws Stop, with the reason, when a file at `path` can certainly not be written: no permission, a folder
/// in its place, a file where a folder is needed. Makes nothing.
void check_writable(const std::string& path);

}  // namespace weir::file
