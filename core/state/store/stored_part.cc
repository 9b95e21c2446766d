// SPDX-License-Identifier: Apache-2.0
#include "state/store/stored_part.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/checksum.h"
#include "state/store/key_value_store.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

/// The first number of a snapshot that has such a part; 0 to 2 are of those that have none, see FORMAT.md.
constexpr std::uint64_t kHasStoredPart = 3;
/// What a store writes once and never changes.
constexpr std::string_view kTableSuffix = ".sst";

[[noreturn]] void fail(const char* what, const std::string& path) {
  throw DiskError(std::string("cannot ") + what + " " + path + ": " + std::strerror(errno));
}

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC)) {
    if (fd_ < 0) fail("open", path);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(fd_); }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

StoredPart::File look_through(const std::string& path, int fd) {
  std::vector<char> buffer(1u << 20);
  StoredPart::File file;
  Checksum sum;
  for (;;) {
    // Whole buffers, so that the sum does not depend on how the bytes come.
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      const ssize_t n = ::read(fd, buffer.data() + filled, buffer.size() - filled);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("read", path);
      if (n == 0) break;
      filled += static_cast<std::size_t>(n);
    }
    sum.add({buffer.data(), filled});
    file.size += filled;
    if (filled < buffer.size()) break;
  }
  file.sum = sum.value();
  return file;
}

}  // namespace

void StoredPart::save(SnapshotWriter& to) const {
  to.number(kHasStoredPart);
  to.number(split);
  to.text(folder);
  to.number(files.size());
  for (const auto& [name, file] : files) {
    to.text(name);
    to.number(file.size);
    to.number(file.sum);
  }
}

DividedSnapshot divide_snapshot(std::string_view snapshot) {
  SnapshotReader from(snapshot);
  if (snapshot.size() < sizeof kHasStoredPart || from.number() != kHasStoredPart)
    return {std::nullopt, snapshot};
  StoredPart part;
  std::size_t read = 4 * sizeof(std::uint64_t);
  part.split = from.number();
  part.folder = from.text();
  read += part.folder.size();
  for (std::uint64_t left = from.number(); left > 0; --left) {
    std::string name(from.text());
    read += 3 * sizeof(std::uint64_t) + name.size();
    auto& file = part.files[std::move(name)];
    file.size = from.number();
    file.sum = from.number();
  }
  return {std::move(part), snapshot.substr(read)};
}

StoredPart::Finding StoredPart::check(const std::string& checkpoints) const {
  const std::string in = checkpoints + "/" + folder;
  for (const auto& [name, file] : files) {
    const std::string path = in + "/" + name;
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0 && (errno == ENOENT || errno == ENOTDIR))
      return {"what it holds in " + path + " is missing", {}};
    try {
      const OpenFile opened(path, O_RDONLY);
      if (look_through(path, opened.fd()) != file)
        return {"what it holds in " + path + " is damaged: its sum does not fit its bytes", {}};
    } catch (const DiskError& e) {
      return {{}, e.what()};
    }
  }
  return {};
}

StoredPart::Files make_durable(const std::string& folder, const StoredPart::Files& known) try {
  StoredPart::Files files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    const std::string name = entry.path().filename().string();
    const auto before = known.find(name);
    if (before != known.end() && name.ends_with(kTableSuffix)) {
      files.insert(*before);
      continue;
    }
    const OpenFile file(path, O_RDONLY);
    if (::fsync(file.fd()) != 0) fail("sync", path);
    files.emplace(name, look_through(path, file.fd()));
  }
  make_folder_durable(folder);
  return files;
} catch (const fs::filesystem_error& e) {
  throw DiskError(e.what());
}

void make_folder_durable(const std::string& folder) {
  const OpenFile file(folder, O_RDONLY | O_DIRECTORY);
  if (::fsync(file.fd()) != 0) fail("sync", folder);
}

void link_snapshot(const std::string& from, const std::string& to) try {
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    const fs::path target = fs::path(to) / entry.path().filename();
    std::error_code no_link;
    if (entry.path().string().ends_with(kTableSuffix)) fs::create_hard_link(entry.path(), target, no_link);
    // On another disk it is copied.
    if (!fs::exists(target)) fs::copy_file(entry.path(), target);
  }
} catch (const fs::filesystem_error& e) {
  throw DiskError(e.what());
}

}  // namespace weir
