// SPDX-License-Identifier: Apache-2.0
#include "plugin/registry.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "plugin/library.h"

namespace weir {

namespace fs = std::filesystem;

namespace {

/// The files that may hold the plugin, in the order in which they are looked for in a folder.
std::vector<std::string> file_names(std::uint32_t kind, const std::string& name) {
  return {"weir_" + std::string(kind_name(kind)) + "_" + name + ".so", "weir_" + name + ".so"};
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string described(const weir_plugin& plugin) {
  return std::string(kind_name(plugin.kind)) + " '" + plugin.name + "'";
}

constexpr std::array kKinds{WEIR_SOURCE, WEIR_WINDOW, WEIR_PROCESS, WEIR_SINK};

}  // namespace

std::variant<const weir_plugin*, std::string> PluginRegistry::find(weir_kind kind, const std::string& name) {
  for (const auto& folder : folders_) {
    for (const auto& file : file_names(kind, name)) {
      const fs::path path = fs::path(folder) / file;
      if (!is_there(path)) continue;
      const auto held = load_library(path.string());
      if (const auto* why = std::get_if<std::string>(&held)) return *why;
      std::string others;
      for (const auto* plugin : std::get<0>(held)) {
        if (plugin->kind == static_cast<std::uint32_t>(kind) && plugin->name == name) return plugin;
        others += (others.empty() ? "" : ", ") + described(*plugin);
      }
      return "plugin library " + path.string() + " holds no " + kind_name(kind) + " '" + name + "', only " +
             others;
    }
  }
  return unknown_plugin(kind, name);
}

std::string PluginRegistry::unknown_plugin(weir_kind kind, const std::string& name) const {
  std::string text = "there is no " + std::string(kind_name(kind)) + " plugin '" + name + "'";
  std::string folders;
  for (const auto& folder : folders_) folders += (folders.empty() ? "" : ", ") + folder;
  for (const auto other : kKinds) {
    const bool there = std::any_of(folders_.begin(), folders_.end(), [&](const std::string& folder) {
      return is_there(fs::path(folder) / file_names(other, name).front());
    });
    if (there) return text + "; '" + name + "' is a " + kind_name(other);
  }
  return text + suggestion(name, known_names(kind)) + (folders.empty() ? "" : " (looked in " + folders + ")");
}

/// Folder by folder, those of a folder sorted.
std::vector<std::string> PluginRegistry::libraries() const {
  std::vector<std::string> files;
  for (const auto& folder : folders_) {
    const auto begin = static_cast<std::ptrdiff_t>(files.size());
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string file = entry.path().filename().string();
      if (file.starts_with("weir_") && file.ends_with(".so")) files.push_back(entry.path().string());
    }
    std::sort(files.begin() + begin, files.end());
  }
  return files;
}

/// By the names of the files, so that nothing is loaded for a suggestion.
std::vector<std::string> PluginRegistry::known_names(weir_kind kind) const {
  const std::string prefix = "weir_" + std::string(kind_name(kind)) + "_";
  std::set<std::string> names;
  for (const auto& path : libraries()) {
    const std::string stem = fs::path(path).stem().string();
    if (stem.starts_with(prefix)) names.insert(stem.substr(prefix.size()));
  }
  return {names.begin(), names.end()};
}

std::vector<const weir_plugin*> PluginRegistry::of_kind(weir_kind kind) {
  std::vector<const weir_plugin*> plugins;
  for (const auto& name : known_names(kind)) {
    const auto found = find(kind, name);
    if (const auto* plugin = std::get_if<const weir_plugin*>(&found)) plugins.push_back(*plugin);
  }
  return plugins;
}

std::vector<const weir_plugin*> PluginRegistry::all(std::vector<std::string>& problems) {
  std::map<std::pair<std::uint32_t, std::string>, std::string> declared;  // the first library of each
  for (const auto& path : libraries()) {
    const auto held = load_library(path);
    if (const auto* why = std::get_if<std::string>(&held)) {
      problems.push_back(*why);
      continue;
    }
    for (const auto* plugin : std::get<0>(held))
      declared.emplace(std::pair{plugin->kind, plugin->name}, path);
  }
  std::vector<const weir_plugin*> plugins;
  for (const auto& [key, path] : declared) {
    const auto found = find(static_cast<weir_kind>(key.first), key.second);
    if (const auto* plugin = std::get_if<const weir_plugin*>(&found)) {
      plugins.push_back(*plugin);
      continue;
    }
    problems.push_back("plugin library " + path + " holds the " + kind_name(key.first) + " '" + key.second +
                       "', which is looked for in a file named " + file_names(key.first, key.second).front());
  }
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
