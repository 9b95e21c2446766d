// SPDX-License-Identifier: Apache-2.0
#include "testing/find_tests.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "spec/text_file.h"
#include "testing/test_reader.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

/// Looks for the section only: what is wrong with a file is told when it is read.
bool has_tests(const fs::path& path) {
  constexpr std::size_t kLargest = 16 << 20;
  const auto text = read_text_file(path.string(), kLargest);
  return text.ok() && ("\n" + text.value()).find("\ntests:") != std::string::npos;
}

class Finder {
 public:
  explicit Finder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void look(const std::string& path) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::is_directory(status)) return look_in(path);
    if (!fs::exists(status)) return diagnostics_.add({path, 0, 0}, "there is no such file or folder");
    if (is_test_file(path)) return add(path);
    const fs::path beside = fs::path(path).replace_extension(".test.yaml");
    const bool has = has_tests(path), has_beside = fs::exists(beside, error);
    if (has) add(path);
    if (has_beside) add(beside);
    if (!has && !has_beside) {
      diagnostics_.add({path, 0, 0}, "the file has no tests, expected a section 'tests' in it or a file " +
                                         beside.filename().string() + " beside it");
    }
  }

  std::vector<std::string> files;

 private:
  void add(const fs::path& path) {
    std::string name = path.lexically_normal().string();
    if (std::find(files.begin(), files.end(), name) == files.end()) files.push_back(std::move(name));
  }

  void look_in(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
      const auto& path = entry.path();
      if (path.extension() == ".yaml" && (is_test_file(path.string()) || has_tests(path)))
        found.push_back(path);
    }
    if (error) diagnostics_.add({folder.string(), 0, 0}, "the folder cannot be read: " + error.message());
    if (!error && found.empty()) {
      diagnostics_.add({folder.string(), 0, 0},
                       "the folder has no tests, expected files NAME.test.yaml or with a section 'tests'");
    }
    std::sort(found.begin(), found.end());
    for (const auto& path : found) add(path);
  }

  Diagnostics& diagnostics_;
};

}  // namespace

std::vector<std::string> find_tests(const std::vector<std::string>& paths, Diagnostics& diagnostics) {
  Finder finder(diagnostics);
  for (const auto& path : paths) finder.look(path);
  return std::move(finder.files);
}

}  // namespace weir
