// SPDX-License-Identifier: Apache-2.0
#include "side_files.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace weir::pipelines {

namespace fs = std::filesystem;

std::vector<fs::path> files_ending(const fs::path& folder, const std::string& end) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<SideLine> side_lines(const fs::path& folder) {
  std::vector<fs::path> paths = files_ending(folder, ".ndjson");
  for (const auto& path : files_ending(folder, ".ndjson.replaying")) paths.push_back(path);
  std::vector<SideLine> lines;
  for (const auto& path : paths) {
    std::ifstream file(path);
    for (std::string text; std::getline(file, text);) {
      if (text.empty()) continue;
      const auto line = nlohmann::json::parse(text);
      if (line.value("weir", 0) != 1) throw std::runtime_error("no envelope: " + text);
      lines.push_back({line.at("value"), line.value("stage", ""), line.value("port", ""),
                       line.value("code", ""), line.value("message", ""), line.value("attempts", 0)});
    }
  }
  return lines;
}

}  // namespace weir::pipelines
