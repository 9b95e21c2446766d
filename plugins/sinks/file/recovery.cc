// SPDX-License-Identifier: Apache-2.0
#include "sinks/file/recovery.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weir/fail_point.h>
#include <weir/stage.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "lines/durable_files.h"
#include "lines/file_descriptor.h"
#include "sinks/file/disk_error.h"
#include "sinks/file/journal.h"
#include "sinks/file/period_lock.h"

namespace weir::file {
namespace {

namespace fs = std::filesystem;
using Note = JournalContent::Note;

std::uint64_t inode_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return status.st_ino;
  if (errno != ENOENT && errno != ENOTDIR) stop_for("cannot look at '" + path + "'", errno);
  return 0;
}

/// The folder may be one that is still to be made.
std::vector<std::string> journals_in(const std::string& folder, const weir_place& stage) {
  std::vector<std::string> all;
  std::error_code error;
  fs::directory_iterator entries(folder.empty() ? "." : folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (Journal::is_journal_of(stage, name)) all.push_back(folder + name);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    stop_for("cannot look for journals in '" + folder + "'", error.value());
  return all;
}

/// One journal and the files that it tells of.
class Undoing {
 public:
  Undoing(std::string path, FileDescriptor journal, Context& context)
      : path_(std::move(path)), journal_(std::move(journal)), context_(context) {}

  void run(const std::map<std::string, std::uint64_t>& decided) {
    JournalContent content = read_journal(journal_.get(), path_);
    this_boot_ = content.this_boot;
    const auto until = decided.find(content.id);
    auto& notes = content.notes;
    while (!notes.empty() && (until == decided.end() || notes.back().offset >= until->second)) {
      WEIR_FAIL_POINT("journal.undo");
      undo(notes.back());
      WEIR_FAIL_POINT("journal.undone");
      shorten(notes.back().offset);
      notes.pop_back();
    }
    WEIR_FAIL_POINT("journal.over");
    shorten(0);
    ::unlink(path_.c_str());
  }

 private:
  void undo(const Note& note) {
    try {
      note.renamed ? undo_rename(note) : undo_write(note);
    } catch (const std::system_error& e) {
      throw Stop(code_of(e.code().value()), e.what());
    }
  }

  void undo_rename(const Note& note) {
    if (inode_of(note.renamed_to) != note.file.inode) {
      if (inode_of(note.path) == note.file.inode) return;  // it was not renamed, or was renamed back
      stop(note.renamed_to, "is gone or another file, and was '" + note.path + "' at the last checkpoint");
    }
    if (rename_if_free(note.renamed_to, note.path)) {
      sync_folder(folder_of(note.path));
    } else {
      // Somebody else has begun that file anew.
      moved_[note.file.inode] = note.renamed_to;
      context_.warn("'" + note.renamed_to + "' keeps its name, for there is a new '" + note.path + "'");
    }
  }

  void undo_write(const Note& note) {
    const auto moved = moved_.find(note.file.inode);
    const std::string& path = moved == moved_.end() ? note.path : moved->second;
    const FileDescriptor file(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    const int error = file ? 0 : errno;
    const std::string before = "had " + std::to_string(note.file.length) + " bytes at the last checkpoint";
    if (error == ENOENT && note.file.made) return;
    if (error == ENOENT) stop(path, "is gone, and " + before);
    if (error != 0) stop_for("cannot open '" + path + "'", error);
    const PeriodLock lock(file.get(), path, interrupted_);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) stop_for("cannot open '" + path + "'", errno);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (status.st_ino != note.file.inode) stop(path, "is another file than the one that was written");
    if (size < note.file.length) stop(path, "has " + std::to_string(size) + " bytes, and " + before);
    if (this_boot_ && size > note.reach) {
      stop(path, "has " + std::to_string(size) + " bytes, of which this pipeline has written no more than " +
                     std::to_string(note.reach) + ": what others have added would be cut off as well");
    }
    if (note.file.made && !fs::is_symlink(path)) {
      if (::unlink(path.c_str()) != 0) stop_for("cannot remove '" + path + "'", errno);
      sync_folder(folder_of(path));
      return;
    }
    if (size != note.file.length && ::ftruncate(file.get(), static_cast<off_t>(note.file.length)) != 0)
      stop_for("cannot cut '" + path + "'", errno);
    if (::fsync(file.get()) != 0) stop_for("cannot bring to the disk '" + path + "'", errno);
  }

  void shorten(std::uint64_t size) {
    if (::ftruncate(journal_.get(), static_cast<off_t>(size)) != 0 || ::fsync(journal_.get()) != 0)
      stop_for("cannot shorten the journal '" + path_ + "'", errno);
  }

  [[noreturn]] void stop(const std::string& file, const std::string& what) const {
    throw Stop("cannot_take_back",
               "'" + file + "' " + what + "; put it right, or remove the journal '" + path_ +
                   "' to go on with the files as they are, and lines of the last run in them twice");
  }

  const std::string path_;
  const FileDescriptor journal_;
  Context& context_;
  const std::atomic<bool> interrupted_{false};
  bool this_boot_ = false;
  std::map<std::uint64_t, std::string> moved_;  // inode -> the name that it could not lose
};

}  // namespace

void recover(const std::string& folder, std::span<const std::string_view> saved, Context& context) {
  std::map<std::string, std::uint64_t> decided;
  std::vector<std::string> paths = journals_in(folder, context.place());
  for (const auto text : saved) {
    const PreparedNotes prepared = prepared_notes(text);
    auto& size = decided[prepared.id];
    size = std::max(size, prepared.size);
    paths.push_back(prepared.path);
  }
  for (const auto& path : paths) {
    FileDescriptor journal(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!journal && (errno == ENOENT || errno == ENOTDIR)) continue;
    if (!journal) stop_for("cannot open the journal '" + path + "'", errno);
    if (::flock(journal.get(), LOCK_EX | LOCK_NB) != 0) {
      throw Stop("locked",
                 "another process runs this pipeline and writes the same files: it has the journal '" + path +
                     "' locked");
    }
    Undoing(path, std::move(journal), context).run(decided);
  }
}

void forget_journals(const std::string& folder, Context& context) {
  for (const auto& path : journals_in(folder, context.place())) {
    const FileDescriptor journal(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    struct stat status {};
    if (!journal || ::flock(journal.get(), LOCK_EX | LOCK_NB) != 0 || ::fstat(journal.get(), &status) != 0)
      continue;
    if (::unlink(path.c_str()) != 0) continue;
    sync_folder(folder_of(path));
    if (status.st_size != 0) {
      context.warn(
          "what an earlier run wrote with `delivery: exactly_once`, and did not commit, stays in the files: "
          "'" +
          path + "' is removed");
    }
  }
}

}  // namespace weir::file
