// SPDX-License-Identifier: Apache-2.0
#include "state/store/state_home.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "state/store/stored_part.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWorking = ".working-";
constexpr const char* kInUse = "in-use";

/// Opens the file that says a folder is in use, and takes it; -1 where another has it, or there is none.
int take_lock(const std::string& folder, int flags) {
  const int fd = ::open((folder + "/" + kInUse).c_str(), O_RDWR | O_CLOEXEC | flags, 0644);
  if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  if (fd >= 0) ::close(fd);
  return -1;
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
    fs::remove_all(entry.path(), error);
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
  std::error_code error;
  fs::remove_all(folder_, error);
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
