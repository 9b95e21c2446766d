// SPDX-License-Identifier: Apache-2.0
#include "support/temp_dir.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace weir::support {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* verb, const fs::path& path, int error) {
  throw std::runtime_error(std::string("cannot ") + verb + " " + path.string() + ": " + std::strerror(error));
}

// A test may have taken rights away from folders that it made; without them nothing in there
// can be removed.
void restore_rights(const fs::path& root) {
  std::error_code ignored;
  fs::permissions(root, fs::perms::owner_all, fs::perm_options::add, ignored);
  for (const auto& entry : fs::directory_iterator(root, ignored)) {
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) restore_rights(entry.path());
  }
}

}  // namespace

TempDir::TempDir(std::string_view prefix) {
  std::string pattern = (fs::temp_directory_path() / prefix).string() + "-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) fail("make a folder like", pattern, errno);
  path_ = pattern;
}

TempDir::~TempDir() {
  if (std::getenv("WEIR_KEEP_TEMP") != nullptr) {
    std::fprintf(stderr, "kept %s\n", path_.c_str());
    return;
  }
  std::error_code error;
  fs::remove_all(path_, error);
  if (!error) return;
  restore_rights(path_);
  fs::remove_all(path_, error);
  if (error) {
    std::fprintf(stderr, "cannot remove %s: %s\n", path_.c_str(), error.message().c_str());
  }
}

fs::path TempDir::write(const fs::path& name, std::string_view bytes) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) fail("write", file, errno);
  return file;
}

std::string TempDir::read(const fs::path& name) const {
  const fs::path file = path_ / name;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("read", file, errno);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace weir::support
