// SPDX-License-Identifier: Apache-2.0
#include "support/small_disk.h"

#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "support/temp_dir.h"

namespace weir::support {

std::optional<std::string> SmallDisk::why_unavailable() try {
  const TempDir dir;
  const SmallDisk disk(dir.path(), "size=64k");
  return std::nullopt;
} catch (const std::runtime_error& error) {
  return std::string(error.what()) + " (only root can)";
}

SmallDisk::SmallDisk(std::filesystem::path folder, const std::string& options) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
  mount(0, options);
}

SmallDisk::~SmallDisk() {
  ::umount2(folder_.c_str(), MNT_DETACH);
}

void SmallDisk::resize(const std::string& size) {
  mount(MS_REMOUNT, "size=" + size);
}

void SmallDisk::make_read_only() {
  mount(MS_REMOUNT | MS_RDONLY, "");
}

void SmallDisk::mount(unsigned long flags, const std::string& options) const {
  if (::mount("weir-test", folder_.c_str(), "tmpfs", flags, options.c_str()) == 0) return;
  throw std::runtime_error("cannot mount a file system at " + folder_.string() + ": " + std::strerror(errno));
}

}  // namespace weir::support
