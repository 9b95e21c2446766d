// SPDX-License-Identifier: Apache-2.0
#include "plugin/registry.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "base/diagnostics.h"
#include "plugin/library.h"

namespace weir {

namespace fs = std::filesystem;

std::variant<const weir_plugin*, std::string> PluginRegistry::find(weir_kind kind, const std::string& name) {
  if (const auto known = found_.find({kind, name}); known != found_.end()) return known->second;
  for (const auto& folder : folders_) {
    for (const auto& file :
         {"weir_" + std::string(kind_name(kind)) + "_" + name + ".so", "weir_" + name + ".so"}) {
      const fs::path path = fs::path(folder) / file;
      std::error_code ignored;
      if (!fs::exists(path, ignored)) continue;
      auto content = load_library(path.string());
      if (auto* why = std::get_if<std::string>(&content)) return *why;
      for (const auto* plugin : std::get<0>(content)) {
        found_.emplace(std::pair{plugin->kind, std::string(plugin->name)}, plugin);
      }
      if (const auto known = found_.find({kind, name}); known != found_.end()) return known->second;
      return "plugin library " + path.string() + " holds no " + kind_name(kind) + " '" + name + "'";
    }
  }
  std::string folders;
  for (const auto& folder : folders_) folders += (folders.empty() ? "" : ", ") + folder;
  return "there is no " + std::string(kind_name(kind)) + " plugin '" + name + "'" +
         suggestion(name, known_names(kind)) + (folders.empty() ? "" : " (looked in " + folders + ")");
}

std::vector<std::string> PluginRegistry::libraries() const {
  std::vector<std::string> files;
  for (const auto& folder : folders_) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string file = entry.path().filename().string();
      if (file.starts_with("weir_") && file.ends_with(".so")) files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> PluginRegistry::known_names(weir_kind kind) const {
  const std::string prefix = "weir_" + std::string(kind_name(kind)) + "_";
  std::vector<std::string> names;
  for (const auto& path : libraries()) {
    const std::string stem = fs::path(path).stem().string();
    if (stem.starts_with(prefix)) names.push_back(stem.substr(prefix.size()));
  }
  return names;
}

std::vector<const weir_plugin*> PluginRegistry::all(std::vector<std::string>& problems) {
  for (const auto& path : libraries()) {
    auto content = load_library(path);
    if (auto* why = std::get_if<std::string>(&content)) {
      problems.push_back(*why);
      continue;
    }
    for (const auto* plugin : std::get<0>(content)) {
      found_.emplace(std::pair{plugin->kind, std::string(plugin->name)}, plugin);
    }
  }
  std::vector<const weir_plugin*> plugins;
  for (const auto& [key, plugin] : found_) plugins.push_back(plugin);
  return plugins;
}

std::vector<std::string> plugin_folders(const std::vector<std::string>& given) {
  std::vector<std::string> folders = given;
  if (const char* path = std::getenv("WEIR_PLUGIN_PATH")) {
    std::istringstream parts{path};
    for (std::string folder; std::getline(parts, folder, ':');) {
      if (!folder.empty()) folders.push_back(folder);
    }
  }
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  for (const auto& folder : {program.parent_path() / "../lib/weir/plugins",
                             program.parent_path() / "../" WEIR_INSTALL_LIBDIR "/weir/plugins"}) {
    if (!fs::is_directory(folder, ignored)) continue;
    std::string normal = fs::weakly_canonical(folder, ignored).string();
    if (std::find(folders.begin(), folders.end(), normal) == folders.end())
      folders.push_back(std::move(normal));
  }
  return folders;
}

}  // namespace weir
