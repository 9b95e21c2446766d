// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint_folder.h"

#include <fcntl.h>
#include <unistd.h>
#include <weir/fail_point.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace weir {
namespace {

namespace fs = std::filesystem;

/// Between the group's number and the checkpoint's.
constexpr const char* kMiddle = ".checkpoint-";
/// So many of a group stay.
constexpr std::size_t kKept = 3;
constexpr const char* kLockSuffix = ".lock";
constexpr const char* kCrashSuffix = ".crashes";

/// Writes, syncs and closes; empty, or what failed.
std::string write_synced(const std::string& path, const std::string& text) {
  const auto problem = [&](const char* what) {
    return std::string("cannot ") + what + " " + path + ": " + std::strerror(errno);
  };
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return problem("create");
  std::string result;
  for (std::size_t done = 0; done < text.size() && result.empty();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) result = problem("write");
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  WEIR_FAIL_POINT("checkpoint.written");
  if (result.empty() && ::fsync(fd) != 0) result = problem("sync");
  WEIR_FAIL_POINT("checkpoint.synced");
  if (::close(fd) != 0 && result.empty()) result = problem("close");
  return result;
}

/// False, with errno, when the file cannot be read; what is in it may be damaged all the same.
bool read_file(const std::string& path, std::string& bytes) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  in.peek();
  if (!in && errno != 0) return false;
  bytes.assign(std::istreambuf_iterator<char>(in), {});
  return !in.bad();
}

void sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

CheckpointFolder::CheckpointFolder(std::string folder, std::string pipeline)
    : folder_(std::move(folder)), pipeline_(std::move(pipeline)), prefix_(pipeline_ + ".task-") {}

CheckpointFolder::~CheckpointFolder() {
  if (lock_ >= 0) ::close(lock_);
}

std::string CheckpointFolder::claim() {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return "cannot make the checkpoint folder " + folder_ + ": " + error.message();
  const std::string path = folder_ + "/" + pipeline_ + kLockSuffix;
  const auto problem = [&](const char* what) {
    return std::string("cannot ") + what + " " + path + ": " + std::strerror(errno);
  };
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return problem("create");
  // A lock of the open file: unlike one of the process it also keeps two stores of one process apart.
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  std::string result;
  if (::fcntl(fd, F_OFD_SETLK, &whole) != 0) {
    result = errno == EAGAIN || errno == EACCES ? held_by(fd) : problem("lock");
  } else if (const std::string owner = std::to_string(::getpid()) + "\n";
             ::ftruncate(fd, 0) != 0 ||
             ::pwrite(fd, owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size())) {
    result = problem("write");
  }
  if (result.empty()) {
    lock_ = fd;
  } else {
    ::close(fd);
  }
  return result;
}

/// That another process has the claim, which has written its number into the lock file `fd`.
std::string CheckpointFolder::held_by(int fd) const {
  char text[24];
  const ssize_t n = ::pread(fd, text, sizeof text, 0);
  const std::string_view written(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  const auto pid = written.substr(0, written.find_first_not_of("0123456789"));
  return "pipeline '" + pipeline_ + "' runs already with the checkpoint folder " + folder_ + ", in process " +
         (pid.empty() ? "unknown" : std::string(pid)) +
         "; stop that one first, or give this pipeline a name or a folder of its own";
}

std::string CheckpointFolder::crash_file() const {
  return folder_ + "/" + pipeline_ + kCrashSuffix;
}

std::string CheckpointFolder::save(int group, const Checkpoint& checkpoint) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return "cannot make the checkpoint folder " + folder_ + ": " + error.message();
  const std::string path =
      folder_ + "/" + prefix_ + std::to_string(group) + kMiddle + std::to_string(checkpoint.number);
  WEIR_FAIL_POINT("checkpoint.create");
  if (auto problem = write_synced(path + ".new", encode(checkpoint)); !problem.empty()) return problem;
  fs::rename(path + ".new", path, error);
  if (error) return "cannot rename " + path + ".new: " + error.message();
  WEIR_FAIL_POINT("checkpoint.renamed");
  sync_folder(folder_);
  WEIR_FAIL_POINT("checkpoint.kept");
  std::size_t kept = 0;
  for (const auto& file : files()) {
    // What cannot be removed now is the next time.
    if (file.group != group || ++kept <= kKept) continue;
    fs::remove(file.path, error);
    WEIR_FAIL_POINT("checkpoint.removed");
  }
  return {};
}

std::vector<CheckpointFolder::File> CheckpointFolder::files() const {
  std::vector<File> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix_)) continue;
    const char* const end = name.data() + name.size();
    File file{-1, 0, entry.path().string()};
    const auto [middle, no_group] = std::from_chars(name.data() + prefix_.size(), end, file.group);
    if (no_group != std::errc() || !std::string_view(middle, end).starts_with(kMiddle)) continue;
    const auto [rest, no_number] = std::from_chars(middle + std::strlen(kMiddle), end, file.number);
    if (no_number == std::errc() && rest == end) all.push_back(std::move(file));
  }
  std::sort(all.begin(), all.end(), [](const File& a, const File& b) {
    return a.group != b.group ? a.group < b.group : a.number > b.number;
  });
  return all;
}

std::variant<CheckpointFolder::Loaded, std::string> CheckpointFolder::load(Origins& origins) const {
  Loaded loaded;
  std::error_code error;
  const bool there = fs::exists(folder_, error);
  if (there) static_cast<void>(fs::directory_iterator(folder_, error));
  if (error) return "cannot read the checkpoint folder " + folder_ + ": " + error.message();
  if (!there) return loaded;
  const auto all = files();
  for (auto file = all.begin(); file != all.end();) {
    const int group = file->group;
    std::string problem;
    for (; file != all.end() && file->group == group; ++file) {
      std::string bytes;
      if (!read_file(file->path, bytes))
        return "cannot read the checkpoint file " + file->path + ": " + std::strerror(errno);
      auto read = decode(bytes, origins);
      if (auto* checkpoint = std::get_if<Checkpoint>(&read)) {
        if (!problem.empty()) loaded.damaged.push_back(problem + "; the one before is used, " + file->path);
        problem.clear();
        loaded.checkpoints.push_back(std::move(*checkpoint));
        break;
      }
      problem += (problem.empty() ? "checkpoint file " : "; ") + file->path + ": " + std::get<1>(read);
    }
    if (!problem.empty()) {
      return problem +
             "; there is no older one; remove it to read the sources from their beginning, without what the "
             "stages kept";
    }
    while (file != all.end() && file->group == group) ++file;
  }
  return loaded;
}

}  // namespace weir
