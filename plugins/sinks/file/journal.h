// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lines/file_descriptor.h"

namespace weir::file {

/// A file before the transaction's first line is added.
struct FileBefore {
  std::uint64_t inode = 0;
  std::uint64_t length = 0;
  bool made = false;  ///< by the transaction
};

/// Notes, beside the files, of what a sink in transactions does to them: each is on the disk before it is
/// done, so that it can be undone after a crash (see recovery.h). One for each instance, locked (flock) as
/// long as it is in use. Lines of text:
///
///     weir-file-journal 1 ID BOOT              BOOT: Linux's boot_id
///     write INODE LENGTH MADE REACH NAME       REACH: no byte at or behind it is ours
///     rename INODE NUMBER NAME                 from NAME to NAME.NUMBER
///
/// with names relative to the journal's folder. ID is new after each commit. All functions throw Stop on
/// errors of the system.
class Journal {
 public:
  /// Where a file's note stands.
  using Note = std::uint64_t;

  /// `folder`: what all paths begin with, slash included; may be empty. Makes nothing yet.
  Journal(std::string folder, const weir_place& place);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  /// Removes the file where nothing stands in it.
  ~Journal();

  /// Before the first append to a file. `reach`: its size after that.
  Note will_write(const std::string& path, const FileBefore& before, std::uint64_t reach);
  /// Before each further one. Not synced: after a crash of the machine nobody relies on it.
  void will_reach(Note note, std::uint64_t reach);
  /// Before the path is renamed to PATH.NUMBER.
  void will_rename(const std::string& path, std::uint64_t inode, unsigned number);

  /// What was noted so far is to be decided: how recovery finds it. Empty when there is nothing.
  std::string prepare();
  /// What was prepared last counts.
  void commit();

  /// The journal's name for one instance of a stage.
  static std::string name(const weir_place& place);
  /// Whether a file of that name is the journal of some instance of the stage.
  static bool is_journal_of(const weir_place& stage, std::string_view name);

 private:
  void open();
  std::uint64_t append(const std::string& line);
  std::string relative(const std::string& path) const { return path.substr(folder_.size()); }

  const std::string folder_, path_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::string id_;              // of what stands in it, or stood there last
  std::uint64_t prepared_ = 0;  // so many bytes
};

/// A journal that was found.
struct JournalContent {
  struct Note {
    std::uint64_t offset = 0;  ///< of its line
    bool renamed = false;
    FileBefore file;          ///< of a rename only the inode
    std::uint64_t reach = 0;  ///< of a write
    std::string path;
    std::string renamed_to;
  };
  std::string id;          ///< empty where nothing was noted
  bool this_boot = false;  ///< of the machine: what was not synced is there too
  std::vector<Note> notes;
};

/// Throws Stop when it is damaged. A line without end at its end was never relied on, and is left out.
JournalContent read_journal(int fd, const std::string& path);

/// How Journal::prepare() puts it: which journal, and how much of it.
struct PreparedNotes {
  std::string id;
  std::uint64_t size = 0;
  std::string path;  ///< absolute
};
std::string to_text(const PreparedNotes& prepared);
/// Throws Stop when it is no such text.
PreparedNotes prepared_notes(std::string_view text);

}  // namespace weir::file
