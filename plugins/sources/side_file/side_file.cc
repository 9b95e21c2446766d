// SPDX-License-Identifier: Apache-2.0
#include "sources/side_file/side_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <weir/fail_point.h>
#include <weir/stage.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "lines/durable_files.h"
#include "lines/paths.h"

namespace weir::side_file {
namespace {

constexpr std::string_view kReplaying = ".replaying";
constexpr std::string_view kReplayed = ".replayed";
constexpr std::string_view kExhausted = ".exhausted";  // where `etl-run replay` sets aside what it gives up

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

/// FILE, if `path` is FILE + `suffix` or FILE + `suffix` + a number.
std::optional<std::string> without(std::string_view path, std::string_view suffix) {
  const auto dot = path.rfind('.');
  if (dot != path.npos && dot + 1 < path.size() &&
      path.find_first_not_of("0123456789", dot + 1) == path.npos) {
    auto numbered = without(path.substr(0, dot), suffix);
    if (numbered) return numbered;
  }
  if (path.size() <= suffix.size() || path.substr(path.size() - suffix.size()) != suffix) return std::nullopt;
  return std::string(path.substr(0, path.size() - suffix.size()));
}

/// A path as a pattern that matches it alone.
std::string quoted(const std::string& path) {
  std::string pattern;
  for (const char c : path) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// FILE.replaying, FILE.replaying.1, ...
std::vector<std::string> leftovers_of(const std::string& pattern) {
  auto files = matching_files(pattern + std::string(kReplaying));
  for (auto& file : matching_files(pattern + std::string(kReplaying) + ".[0-9]*"))
    files.push_back(std::move(file));
  return files;
}

[[noreturn]] void stop(const std::string& what, const std::string& path, int error) {
  throw Stop("cannot_replay", what + " '" + path + "': " + std::generic_category().message(error));
}

/// Opens the file; the locks of a replay need it to be writable.
FileDescriptor open_file(const std::string& path) {
  check_readable(path);
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) stop("cannot take over", path, errno);
  return file;
}

/// Keeps other replays off the file for as long as it is open. The lock of writers (flock) is another one,
/// which they must get in the meantime to find out that the file was renamed.
void claim(const FileDescriptor& file, const std::string& path) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_OFD_SETLK, &whole) == 0) return;
  if (errno != EAGAIN && errno != EACCES) stop("cannot lock", path, errno);
  throw Stop("being_replayed",
             "another replay is reading '" + path + "'; start this one when that has ended");
}

}  // namespace

SideFile::SideFile(std::string base, std::string path, FileDescriptor file)
    : base_(std::move(base)), path_(std::move(path)), file_(std::move(file)) {}

std::vector<SideFile> SideFile::take_over(const std::string& base, bool dry_run) {
  std::vector<SideFile> files;
  for (const auto& path : leftovers_of(quoted(base))) {
    auto file = open_file(path);
    if (!dry_run) claim(file, path);
    files.push_back(SideFile(base, path, std::move(file)));
  }
  if (!files.empty() && !exists(base)) return files;
  auto file = open_file(base);
  if (dry_run) {
    files.push_back(SideFile(base, base, std::move(file)));
    return files;
  }
  claim(file, base);
  WEIR_FAIL_POINT("replay.claimed");
  // Under the writers' lock: each of them has written whole lines, and looks at the name before it writes
  // more.
  while (::flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) stop("cannot lock", base, errno);
  }
  try {
    auto taken = rename_to_free(base, base + std::string(kReplaying), 0);
    WEIR_FAIL_POINT("replay.renamed");
    sync_folder(folder_of(base));
    WEIR_FAIL_POINT("replay.taken");
    ::flock(file.get(), LOCK_UN);
    files.push_back(SideFile(base, std::move(taken), std::move(file)));
  } catch (const std::system_error& e) {
    throw Stop("cannot_replay", e.what());
  }
  return files;
}

std::string SideFile::finish() try {
  WEIR_FAIL_POINT("replay.finish");
  auto finished = rename_to_free(path_, base_ + std::string(kReplayed), 0);
  WEIR_FAIL_POINT("replay.finished");
  sync_folder(folder_of(base_));
  file_ = {};
  return finished;
} catch (const std::system_error& e) {
  throw Failure("cannot_rename", e.what());
}

std::vector<std::string> bases_of(const std::string& pattern) {
  if (!has_wildcard(pattern) || exists(pattern)) return {without(pattern, kReplaying).value_or(pattern)};
  std::vector<std::string> bases;
  for (const auto& list : {matching_files(pattern), leftovers_of(pattern)}) {
    for (const auto& file : list) {
      auto base = without(file, kReplaying).value_or(file);
      if (!without(base, kReplayed) && !without(base, kExhausted)) bases.push_back(std::move(base));
    }
  }
  std::sort(bases.begin(), bases.end());
  bases.erase(std::unique(bases.begin(), bases.end()), bases.end());
  return bases;
}

}  // namespace weir::side_file
