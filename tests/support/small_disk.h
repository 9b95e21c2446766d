// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "support/require_real.h"

/// The first line of a test that needs SmallDisk.
#define WEIR_REQUIRE_SMALL_DISK() \
  WEIR_REQUIRE_REAL("small file system", ::weir::support::SmallDisk::why_unavailable())

namespace weir::support {

/// A file system in memory that is mounted at a folder for as long as this lives: one that gets full or
/// cannot be written to. Only root can mount one. Throws std::runtime_error.
class SmallDisk {
 public:
  /// Why none can be mounted here; none when one can.
  static std::optional<std::string> why_unavailable();

  /// Makes the folder if there is none. `options`: of tmpfs, such as "size=64k".
  SmallDisk(std::filesystem::path folder, const std::string& options);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Makes it larger, with what is on it.
  void resize(const std::string& size);
  void make_read_only();

 private:
  void mount(unsigned long flags, const std::string& options) const;

  const std::filesystem::path folder_;
};

}  // namespace weir::support
