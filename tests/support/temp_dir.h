// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace weir::support {

/// A folder of its own under $TMPDIR (else /tmp), removed with everything in it by the destructor.
/// With WEIR_KEEP_TEMP set in the environment it stays, and its path is printed to stderr.
/// The file functions take a name relative to the folder, or an absolute path. They throw
/// std::runtime_error that names the file and the cause.
class TempDir {
 public:
  explicit TempDir(std::string_view prefix = "weir");
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

  /// Writes (or replaces) a file, parent folders included, and returns its path.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view bytes) const;
  /// All bytes of a file.
  std::string read(const std::filesystem::path& name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace weir::support
