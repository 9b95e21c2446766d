// SPDX-License-Identifier: Apache-2.0
#include "state/store/state_home.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "state/store/stored_part.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWorking = ".working-";
constexpr const char* kInUse = "in-use";

/// Whether the file still stands there: another may have removed it before this one had its lock.
bool is_file_at(int fd, const std::string& path) {
  struct stat opened {
  }, found{};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &found) == 0 && opened.st_dev == found.st_dev &&
         opened.st_ino == found.st_ino;
}

/// Opens the file that says a folder is in use, and takes it; -1, with errno, where another has it, or there
/// is none.
int take_lock(const std::string& folder, int flags) {
  const std::string path = folder + "/" + kInUse;
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0644);
  if (fd < 0) return -1;
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && is_file_at(fd, path)) return fd;
  const int problem = errno;
  ::close(fd);
  errno = problem;
  return -1;
}

/// What says that it is in use goes last: a folder without that is empty, however far this has come.
void remove_folder(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> stores;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename() != kInUse) stores.push_back(entry->path());
  }
  for (const auto& store : stores) {
    fs::remove_all(store, error);
    if (error) return;  // the next run tries again
  }
  fs::remove_all(folder, error);
}

/// What runs have left that did not come to an end.
void remove_left_overs(const std::string& folder, const std::string& prefix) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    const int lock = take_lock(entry.path().string(), 0);
    if (lock < 0) {
      fs::remove(entry.path(), error);  // an empty one only
      continue;
    }
    remove_folder(entry.path().string());
    ::close(lock);
  }
}

}  // namespace

StateHome::StateHome(const std::string& working, const std::string& pipeline, std::string checkpoints,
                     std::size_t memory)
    : checkpoints_(std::move(checkpoints)),
      budget_(memory / 2),
      engine_(make_rocksdb_engine(memory - memory / 2)) {
  std::error_code error;
  fs::create_directories(working, error);
  const std::string prefix = pipeline + kWorking;
  if (!error) remove_left_overs(working, prefix);
  // Until it has its lock, another that starts may take it for left over.
  for (int attempt = 0; !error && lock_ < 0 && attempt < 100; ++attempt) {
    folder_ = working + "/" + prefix + "XXXXXX";
    if (::mkdtemp(folder_.data()) == nullptr) break;
    lock_ = take_lock(folder_, O_CREAT);
  }
  if (lock_ >= 0) return;
  throw std::runtime_error("state: rocksdb: cannot make a folder in " + working + ": " +
                           (error ? error.message() : std::strerror(errno)));
}

StateHome::~StateHome() {
  remove_folder(folder_);
  ::close(lock_);
}

std::unique_ptr<KeyValueStore> StateHome::make() {
  return engine_->open(next_folder());
}

std::unique_ptr<KeyValueStore> StateHome::make_from(const std::string& snapshot) {
  const std::string folder = next_folder();
  link_snapshot(snapshot, folder);
  return engine_->open(folder);
}

std::unique_ptr<KeyValueStore> StateHome::read(const std::string& snapshot) {
  return engine_->read(snapshot);
}

}  // namespace weir
