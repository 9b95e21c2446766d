// SPDX-License-Identifier: Apache-2.0
#include "sinks/file/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weir/fail_point.h>
#include <weir/stage.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "lines/durable_files.h"
#include "sinks/file/disk_error.h"

namespace weir::file {

/// Lets the file's lock go, unless a transaction keeps it; nothing happens when the file was closed
/// meanwhile, which does the same.
class OutputFile::Lock {
 public:
  explicit Lock(const OutputFile& file) : file_(file) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (file_.file_ && file_.transaction_ == nullptr) ::flock(file_.file_.get(), LOCK_UN);
  }

 private:
  const OutputFile& file_;
};

void OutputFile::stop(const std::string& what, int error) const {
  throw Stop(code_of(error), what + " '" + path_ + "': " + reason(error));
}

std::int64_t OutputFile::slot(std::int64_t milliseconds) const {
  const std::int64_t every = rotation_.every.count();
  if (every == 0) return 0;
  const std::int64_t local = milliseconds + rotation_.zone->at(milliseconds / 1000).offset * 1000;
  return local / every;
}

bool OutputFile::over(std::chrono::milliseconds now) const {
  return slot(now.count()) > slot_;
}

void OutputFile::append(std::chrono::milliseconds now) {
  if (buffer_.empty()) return;
  used_ = true;
  for (;;) {
    lock_current(now);
    const Lock held(*this);
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) stop("cannot write", errno);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    const bool full = rotation_.size != 0 && size + buffer_.size() > rotation_.size;
    if (size != 0 && (full || over(now))) {
      finish_file();
      continue;
    }
    if (transaction_ != nullptr) note_write(size);
    write_buffer(size);
    WEIR_FAIL_POINT("file.written");
    slot_ = slot(now.count());
    return;
  }
}

void OutputFile::sync(std::chrono::milliseconds now) {
  append(now);
  if (file_ && over(now)) finish_idle_file();
  sync_data();
  for (const auto& folder : std::exchange(unsynced_folders_, {})) {
    try {
      sync_folder(folder);
    } catch (const std::system_error& e) {
      throw Stop(code_of(e.code().value()), e.what());
    }
  }
}

void OutputFile::prepared() {
  note_.reset();
  made_ = false;
}

void OutputFile::committed() {
  finished_.clear();
  if (!note_) lock_ = {};
}

/// Before lines are added to the file of that size, which we have locked.
void OutputFile::note_write(std::uint64_t size) {
  const std::uint64_t reach = size + 1 + buffer_.size();  // with the newline behind half a line
  if (note_) return transaction_->journal.will_reach(*note_, reach);
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) stop("cannot write", errno);
  note_ = transaction_->journal.will_write(path_, {status.st_ino, size, made_ && size == 0}, reach);
}

void OutputFile::finish_idle_file() {
  lock();
  const Lock held(*this);
  struct stat status {};
  if (!names_held_file()) {
    close();
  } else if (::fstat(file_.get(), &status) == 0 && status.st_size != 0) {
    finish_file();
  }
}

void OutputFile::sync_data() {
  if (unsynced_ && ::fsync(file_.get()) != 0) stop("cannot bring to the disk", errno);
  unsynced_ = false;
}

void OutputFile::close() {
  sync_data();
  note_.reset();
  lock_ = {};
  made_ = false;
  file_ = {};
}

void OutputFile::lock_current(std::chrono::milliseconds now) {
  for (;;) {
    if (!file_) open(now);
    lock();
    if (names_held_file()) return;
    close();  // it was renamed or removed, so the path is to become another file
  }
}

void OutputFile::lock() {
  if (transaction_ != nullptr) {
    if (!lock_) lock_ = PeriodLock(file_.get(), path_, transaction_->interrupted);
    return;
  }
  while (::flock(file_.get(), LOCK_EX) != 0) {
    if (errno != EINTR) stop("cannot lock", errno);
  }
}

bool OutputFile::names_held_file() const {
  struct stat held {
  }, named{};
  return ::fstat(file_.get(), &held) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

void OutputFile::open(std::chrono::milliseconds now) {
  // For reading too: whether the last line is whole.
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC;
  file_ = FileDescriptor(::open(path_.c_str(), kFlags | O_NONBLOCK));
  if (!file_ && errno == ENOENT) {
    make_folders(folder_of(path_));
    unsynced_folders_.insert(folder_of(path_));
    file_ = FileDescriptor(::open(path_.c_str(), kFlags | O_CREAT, 0666));
    made_ = true;
    WEIR_FAIL_POINT("file.opened");
  }
  if (!file_) stop("cannot open", errno);
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) stop("cannot open", errno);
  if (!S_ISREG(status.st_mode)) throw Stop("cannot_write", "'" + path_ + "' is no regular file");
  const bool empty = status.st_size == 0;
  slot_ = slot(empty ? now.count() : status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000);
}

void OutputFile::make_folders(const std::string& folder) {
  int error = ::mkdir(folder.c_str(), 0777) == 0 ? 0 : errno;
  if (error == ENOENT && folder_of(folder) != folder) {
    make_folders(folder_of(folder));
    // Some file systems, and folders that have been removed, say so though the parent is there.
    error = ::mkdir(folder.c_str(), 0777) == 0 ? 0 : errno;
  }
  if (error == EEXIST) return;
  if (error != 0) {
    throw Stop(code_of(error),
               "cannot make the folder '" + folder + "' for '" + path_ + "': " + reason(error));
  }
  unsynced_folders_.insert(folder_of(folder));
}

void OutputFile::finish_file() {
  WEIR_FAIL_POINT("file.full");
  try {
    transaction_ == nullptr ? static_cast<void>(rename_to_free(path_, path_, 1)) : rename_noted();
  } catch (const std::system_error& e) {
    throw Stop(code_of(e.code().value()), e.what());
  }
  WEIR_FAIL_POINT("file.renamed");
  unsynced_folders_.insert(folder_of(path_));
  sync_data();
  WEIR_FAIL_POINT("file.finished");
  if (transaction_ == nullptr) return close();
  // Nobody is to take the finished file over before it is certain what is in it.
  finished_.push_back({std::move(file_), std::move(lock_)});
  if (finished_.size() > kFinishedKept) finished_.pop_front();
  close();
}

void OutputFile::rename_noted() {
  struct stat held {
  }, named{};
  if (::fstat(file_.get(), &held) != 0) stop("cannot rename", errno);
  for (unsigned i = 1;; ++i) {
    const std::string to = path_ + "." + std::to_string(i);
    if (::lstat(to.c_str(), &named) == 0) continue;
    transaction_->journal.will_rename(path_, held.st_ino, i);
    if (rename_if_free(path_, to)) return;
  }
}

/// All of the buffer or nothing. `size`: the file's, which we have locked.
void OutputFile::write_buffer(std::uint64_t size) {
  // A writer that was killed may have left half a line, which must not become the beginning of ours.
  char last = '\n';
  if (size != 0 && ::pread(file_.get(), &last, 1, static_cast<off_t>(size - 1)) != 1)
    stop("cannot read", errno);
  if (const int error = last == '\n' ? 0 : write_all("\n"); error != 0) take_back(size, error);
  if (const int error = write_all(buffer_.text()); error != 0) take_back(size, error);
  unsynced_ = true;
  buffer_.clear();
}

int OutputFile::write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(file_.get(), text.data(), text.size());
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

void OutputFile::take_back(std::uint64_t size, int error) {
  if (::ftruncate(file_.get(), static_cast<off_t>(size)) == 0) stop("cannot write", error);
  throw Stop(code_of(error), "cannot write '" + path_ + "': " + reason(error) +
                                 "; half a line may be left at its end, for it could not be cut off");
}

void check_writable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) throw Stop("cannot_write", "'" + path + "' is a folder; a file is expected");
    if (!S_ISREG(status.st_mode)) throw Stop("cannot_write", "'" + path + "' is no regular file");
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) == 0) return;
    throw Stop(code_of(errno), "cannot write '" + path + "': " + reason(errno));
  }
  std::string folder = folder_of(path);
  while (::stat(folder.c_str(), &status) != 0 && errno == ENOENT && folder_of(folder) != folder) {
    folder = folder_of(folder);
  }
  if (!S_ISDIR(status.st_mode)) {
    throw Stop("cannot_write",
               "cannot write '" + path + "': '" + folder_of(path) + "' is no folder and cannot be made");
  }
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    throw Stop(code_of(errno),
               "cannot write '" + path + "': no file can be made in '" + folder + "': " + reason(errno));
  }
}

}  // namespace weir::file
