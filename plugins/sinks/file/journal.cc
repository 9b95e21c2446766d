// SPDX-License-Identifier: Apache-2.0
#include "sinks/file/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weir/fail_point.h>
#include <weir/record.h>
#include <weir/stage.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>
#include <utility>

#include "lines/durable_files.h"
#include "sinks/file/disk_error.h"

namespace weir::file {
namespace {

constexpr const char* kHeader = "weir-file-journal 1 ";
constexpr const char* kEnding = ".weir";

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  return std::getline(file, id) ? id : "unknown";
}

std::string new_id() {
  std::random_device random;
  char text[33];
  std::snprintf(text, sizeof text, "%08x%08x%08x%08x", random(), random(), random(), random());
  return text;
}

/// With as many digits for each number, so that one can be written over another.
std::string twenty_digits(std::uint64_t number) {
  char text[21];
  std::snprintf(text, sizeof text, "%020llu", static_cast<unsigned long long>(number));
  return text;
}

void write_at(int fd, std::string_view text, std::uint64_t at, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = ::pwrite(fd, text.data(), text.size(), static_cast<off_t>(at));
    if (n < 0 && errno != EINTR) stop_for("cannot write the journal '" + path + "'", errno);
    if (n <= 0) continue;
    text.remove_prefix(static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
}

std::string prefix(const weir_place& place) {
  return "." + std::string(view(place.pipeline)) + "." + std::string(view(place.stage)) + ".";
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

[[noreturn]] void damaged(const std::string& path, const std::string& line) {
  throw Stop("damaged_journal", "the journal '" + path + "' is damaged: found the line '" +
                                    line.substr(0, 80) + "'; remove it to go on with the files as they are");
}

}  // namespace

Journal::Journal(std::string folder, const weir_place& place)
    : folder_(std::move(folder)), path_(folder_ + name(place)) {}

Journal::~Journal() {
  // Empty for good: what was decided must not come back after a crash of the machine.
  if (file_ && size_ == 0 && ::fdatasync(file_.get()) == 0) ::unlink(path_.c_str());
}

std::string Journal::name(const weir_place& place) {
  return prefix(place) + std::to_string(place.task) + "-" + std::to_string(place.worker) + kEnding;
}

bool Journal::is_journal_of(const weir_place& stage, std::string_view name) {
  const std::string begin = prefix(stage);
  const std::string_view end = kEnding;
  if (name.size() < begin.size() + end.size() || name.substr(0, begin.size()) != begin) return false;
  if (name.substr(name.size() - end.size()) != end) return false;
  name = name.substr(begin.size(), name.size() - begin.size() - end.size());
  const auto dash = name.find('-');
  return dash != name.npos && is_number(name.substr(0, dash)) && is_number(name.substr(dash + 1));
}

void Journal::open() {
  for (;;) {
    file_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file_) stop_for("cannot make the journal '" + path_ + "'", errno);
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      throw Stop("locked",
                 "another process runs this pipeline and writes the same files: it has the journal '" +
                     path_ + "' locked");
    }
    struct stat held {
    }, named{};
    if (::fstat(file_.get(), &held) != 0) stop_for("cannot open the journal '" + path_ + "'", errno);
    if (::stat(path_.c_str(), &named) != 0 || named.st_ino != held.st_ino || named.st_dev != held.st_dev)
      continue;  // its last owner has just removed it
    if (held.st_size == 0) break;
    file_ = {};
    throw Stop("not_recovered", "the journal '" + path_ +
                                    "' is of another run, which has crashed since this one was started; "
                                    "start it again");
  }
  try {
    sync_folder(folder_of(path_));
  } catch (const std::system_error& e) {
    stop_for("cannot make the journal '" + path_ + "'", e.code().value());
  }
}

/// Returns where the line stands, when it is on the disk.
std::uint64_t Journal::append(const std::string& line) {
  if (!file_) open();
  std::string text;
  if (size_ == 0) {
    id_ = new_id();
    text = kHeader + id_ + " " + boot_id() + "\n";
  }
  const std::uint64_t at = size_ + text.size();
  text += line;
  try {
    write_at(file_.get(), text, size_, path_);
    if (::fdatasync(file_.get()) != 0)
      stop_for("cannot bring to the disk the journal '" + path_ + "'", errno);
  } catch (const Stop&) {
    if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) file_ = {};  // so it stays for recovery
    throw;
  }
  size_ += text.size();
  return at;
}

Journal::Note Journal::will_write(const std::string& path, const FileBefore& before, std::uint64_t reach) {
  const std::string begin = "write " + std::to_string(before.inode) + " " + std::to_string(before.length) +
                            (before.made ? " 1 " : " 0 ");
  const Note note = append(begin + twenty_digits(reach) + " " + relative(path) + "\n") + begin.size();
  WEIR_FAIL_POINT("journal.noted");
  return note;
}

void Journal::will_reach(Note note, std::uint64_t reach) {
  write_at(file_.get(), twenty_digits(reach), note, path_);
}

void Journal::will_rename(const std::string& path, std::uint64_t inode, unsigned number) {
  append("rename " + std::to_string(inode) + " " + std::to_string(number) + " " + relative(path) + "\n");
  WEIR_FAIL_POINT("journal.rename");
}

std::string Journal::prepare() {
  // Where nothing was noted since the last commit it is told once more: that may not be on the disk.
  if (size_ != 0) prepared_ = size_;
  if (id_.empty()) return {};
  return to_text({id_, prepared_, std::filesystem::absolute(path_).string()});
}

void Journal::commit() {
  if (size_ != prepared_ || size_ == 0) return;
  WEIR_FAIL_POINT("journal.commit");
  if (::ftruncate(file_.get(), 0) != 0) stop_for("cannot empty the journal '" + path_ + "'", errno);
  size_ = 0;
}

JournalContent read_journal(int fd, const std::string& path) {
  std::string text;
  char piece[4096];
  for (ssize_t n = 0; (n = ::pread(fd, piece, sizeof piece, static_cast<off_t>(text.size()))) != 0;) {
    if (n < 0 && errno != EINTR) stop_for("cannot read the journal '" + path + "'", errno);
    if (n > 0) text.append(piece, static_cast<std::size_t>(n));
  }
  JournalContent content;
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != text.npos; at = end + 1) {
    const std::string line = text.substr(at, end - at);
    if (line.find('\0') != line.npos) break;  // it was not on the disk when the machine crashed
    std::istringstream words(line);
    std::string word, name;
    JournalContent::Note note;
    note.offset = at;
    if (at == 0) {
      std::string version, boot;
      if (!(words >> word >> version >> content.id >> boot) || word + " " + version + " " != kHeader)
        damaged(path, line);
      content.this_boot = boot == boot_id() && boot != "unknown";
      continue;
    }
    words >> word >> note.file.inode;
    unsigned number = 0;
    note.renamed = word == "rename";
    if (note.renamed) {
      words >> number;
    } else {
      words >> note.file.length >> note.file.made >> note.reach;
    }
    if (!words || (word != "rename" && word != "write") || words.get() != ' ' || !std::getline(words, name))
      damaged(path, line);
    note.path = folder + name;
    if (note.renamed) note.renamed_to = note.path + "." + std::to_string(number);
    content.notes.push_back(std::move(note));
  }
  return content;
}

std::string to_text(const PreparedNotes& prepared) {
  return prepared.id + " " + std::to_string(prepared.size) + " " + prepared.path;
}

PreparedNotes prepared_notes(std::string_view text) {
  std::istringstream words{std::string(text)};
  PreparedNotes prepared;
  if (!(words >> prepared.id >> prepared.size) || words.get() != ' ' || !std::getline(words, prepared.path)) {
    throw Stop("bad_transaction",
               "the checkpoint's note of a transaction is '" + std::string(text.substr(0, 80)) +
                   "', expected a journal's id, size and path; was the stage of another plugin then?");
  }
  return prepared;
}

}  // namespace weir::file
