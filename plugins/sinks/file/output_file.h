// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lines/file_descriptor.h"
#include "lines/line_buffer.h"
#include "sinks/file/journal.h"
#include "sinks/file/period_lock.h"
#include "time_zone/time_zone.h"

namespace weir::file {

/// When a file is finished and gets a number behind its name.
struct Rotation {
  std::chrono::milliseconds every{0};  ///< at the multiples of this time by the zone's clocks; 0: never
  std::size_t size = 0;                ///< before it would grow beyond so many bytes; 0: never
  const TimeZone* zone = nullptr;
};

/// What the files of a sink in transactions share.
struct FileTransaction {
  FileTransaction(std::string folder, const weir_place& place) : journal(std::move(folder), place) {}
  Journal journal;
  std::atomic<bool> interrupted{false};  ///< nobody shall wait for locks any more
};

/// One path that whole lines are appended to, by this object and, at the same time, by other tasks and
/// processes.
///
/// Each append() takes the file's lock (flock), looks whether the path still names the file that it holds,
/// opens it anew if it was renamed, and writes in one go. Who renames the file under the same lock therefore
/// finds whole batches in it and nothing is added afterwards. In a transaction it keeps the lock until that
/// is over, and notes in the journal what it does before it does it. All functions throw Stop, with path and
/// reason, on errors of the system; what was not appended then is not in the file either.
class OutputFile {
 public:
  /// `transaction`: null to write at least once. It and `rotation` outlive this object.
  OutputFile(std::string path, const Rotation& rotation, FileTransaction* transaction)
      : path_(std::move(path)), rotation_(rotation), transaction_(transaction) {}
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Whole lines that wait for append().
  LineBuffer& buffer() { return buffer_; }

  /// Writes the buffer's lines behind the others. `now`: processing time, for the rotation.
  void append(std::chrono::milliseconds now);

  /// append(), then returns when all of it is on the disk, the file's name included. A file whose time is
  /// over is finished, even if nothing was added.
  void sync(std::chrono::milliseconds now);

  /// In a transaction, after sync(): what was written so far is prepared, and what comes belongs to the next.
  void prepared();
  /// In a transaction: what was prepared counts.
  void committed();

  /// Whether there was something to write since this was asked last.
  bool take_used() { return std::exchange(used_, false) || !buffer_.empty(); }

 private:
  class Lock;
  /// A file that was finished in the transaction. The lock goes first.
  struct Finished {
    FileDescriptor file;
    PeriodLock lock;
  };
  static constexpr std::size_t kFinishedKept = 8;

  std::int64_t slot(std::int64_t milliseconds) const;
  bool over(std::chrono::milliseconds now) const;
  void open(std::chrono::milliseconds now);
  void lock_current(std::chrono::milliseconds now);
  void lock();
  bool names_held_file() const;
  void finish_file();
  void finish_idle_file();
  void rename_noted();
  void note_write(std::uint64_t size);
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
  FileTransaction* const transaction_;
  LineBuffer buffer_;
  FileDescriptor file_;
  PeriodLock lock_;                    // in a transaction; released before file_
  std::optional<Journal::Note> note_;  // of file_, in this transaction
  bool made_ = false;                  // file_, by us
  std::deque<Finished> finished_;
  std::int64_t slot_ = 0;  // of rotation_.every that the file's last line belongs to
  bool unsynced_ = false;
  bool used_ = false;
  std::set<std::string> unsynced_folders_;
};

/// Throws Stop, with the reason, when a file at `path` can certainly not be written: no permission, a folder
/// in its place, a file where a folder is needed. Makes nothing.
void check_writable(const std::string& path);

}  // namespace weir::file
