// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include "support/small_disk.h"

namespace weir::faults {

/// A file of a checkpoint folder with a bit flipped or its end cut off, as a bad disk leaves it: the newest,
/// or one that it goes on from.
class DamagedCheckpoint {
 public:
  /// None when the folder has no checkpoint with an older one of the same group behind it.
  static std::optional<DamagedCheckpoint> make(const std::filesystem::path& store, std::mt19937_64& random);

  const std::filesystem::path& path() const { return path_; }
  /// Otherwise others go on from it, which are of no use without it.
  bool is_newest() const { return is_newest_; }
  /// What was done, in words.
  const std::string& what() const { return what_; }
  /// Writes the bytes back that were there.
  void repair() const;

 private:
  DamagedCheckpoint(std::filesystem::path path, std::string bytes, bool is_newest)
      : path_(std::move(path)), bytes_(std::move(bytes)), is_newest_(is_newest) {}

  std::filesystem::path path_;
  std::string bytes_;
  bool is_newest_;
  std::string what_;
};

/// A file system without room, until its end.
class FullDisk {
 public:
  /// `folder`: where the disk is mounted.
  FullDisk(support::SmallDisk& disk, const std::filesystem::path& folder);
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  support::SmallDisk& disk_;
};

/// How large a disk is that is not full, as SmallDisk takes it.
inline constexpr const char* kRoom = "8g";

}  // namespace weir::faults
