// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace weir {

/// Gives plugins by kind and name. A descriptor stays valid as long as the process.
class PluginCatalog {
 public:
  virtual ~PluginCatalog() = default;
  /// The plugin, or why there is none (a sentence; for an unknown name with the nearest right one).
  virtual std::variant<const weir_plugin*, std::string> find(weir_kind kind, const std::string& name) = 0;
  /// Those that can be found, by name; for messages.
  virtual std::vector<const weir_plugin*> of_kind(weir_kind) { return {}; }
};

/// The plugins in a list of folders. The plugin NAME of a kind is looked for as `weir_KIND_NAME.so`, then as
/// `weir_NAME.so` (a library with several plugins), folder by folder; only what is asked for is loaded.
class PluginRegistry final : public PluginCatalog {
 public:
  explicit PluginRegistry(std::vector<std::string> folders) : folders_(std::move(folders)) {}

  std::variant<const weir_plugin*, std::string> find(weir_kind kind, const std::string& name) override;

  /// Loads the libraries that are named for the kind.
  std::vector<const weir_plugin*> of_kind(weir_kind kind) override;

  /// Loads every library of the folders; what cannot be used, or found under its name, is told in `problems`.
  /// Sorted by kind and name; of several of one name the one that find() gives.
  std::vector<const weir_plugin*> all(std::vector<std::string>& problems);

  const std::vector<std::string>& folders() const { return folders_; }

 private:
  std::vector<std::string> libraries() const;
  std::vector<std::string> known_names(weir_kind kind) const;
  std::string unknown_plugin(weir_kind kind, const std::string& name) const;

  std::vector<std::string> folders_;
};

/// Where plugins are looked for, in this order: `given` (--plugin-dir), WEIR_PLUGIN_PATH (colon-separated),
/// the installed folder beside the program, and the build tree when the program runs from it.
std::vector<std::string> plugin_folders(const std::vector<std::string>& given);

}  // namespace weir
