// SPDX-License-Identifier: Apache-2.0
#include "plugin/library.h"

#include <dlfcn.h>

#include <exception>
#include <set>
#include <string_view>
#include <utility>

namespace weir {
namespace {

bool is_plugin_name(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::string version(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

/// Why the descriptor cannot be used; empty when it can.
std::string descriptor_problem(const weir_plugin& p) {
  if (p.size < sizeof(weir_plugin)) {
    return "has a plugin descriptor of " + std::to_string(p.size) + " bytes where this etl-run needs " +
           std::to_string(sizeof(weir_plugin)) + "; rebuild it against this version's headers";
  }
  if (p.name == nullptr || !is_plugin_name(p.name)) {
    return std::string("declares a plugin with the name '") + (p.name == nullptr ? "" : p.name) +
           "'; a name has lower-case letters, digits and '_'";
  }
  const std::string who = "declares the plugin '" + std::string(p.name) + "' ";
  if (p.kind < WEIR_SOURCE || p.kind > WEIR_SINK) return who + "of unknown kind " + std::to_string(p.kind);
  if (p.options == nullptr || p.ports == nullptr || p.summary == nullptr)
    return who + "without options, ports or summary";
  if (p.open == nullptr || p.close == nullptr || p.create == nullptr || p.start == nullptr ||
      p.destroy == nullptr) {
    return who + "without open, close, create, start or destroy";
  }
  if (p.kind == WEIR_SOURCE ? p.poll == nullptr : p.process == nullptr && p.process_group == nullptr) {
    return who + "without a function that does its work";
  }
  for (const auto* const* o = p.options; *o != nullptr; ++o) {
    if ((*o)->size < sizeof(weir_option)) return who + "with an option struct that is too short";
  }
  for (const auto* const* port = p.ports; *port != nullptr; ++port) {
    if ((*port)->size < sizeof(weir_port)) return who + "with a port struct that is too short";
  }
  return {};
}

std::string info_problem(const weir_library_info* info) {
  if (info == nullptr) return "gives no plugin table";
  if (info->size < sizeof(weir_library_info)) {
    return "has a plugin table of " + std::to_string(info->size) + " bytes where this etl-run needs " +
           std::to_string(sizeof(weir_library_info));
  }
  if (info->abi_major != WEIR_ABI_MAJOR || info->abi_minor > WEIR_ABI_MINOR) {
    return "was built for plugin ABI " + version(info->abi_major, info->abi_minor) + ", this etl-run has " +
           version(WEIR_ABI_MAJOR, WEIR_ABI_MINOR) + "; rebuild it against this version's headers";
  }
  return info->plugins == nullptr ? "gives no plugin table" : "";
}

}  // namespace

const char* kind_name(std::uint32_t kind) {
  switch (kind) {
    case WEIR_SOURCE:
      return "source";
    case WEIR_WINDOW:
      return "window";
    case WEIR_PROCESS:
      return "process";
    case WEIR_SINK:
      return "sink";
    default:
      return "unknown";
  }
}

LibraryContent load_library(const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    return LibraryContent("plugin library " + path + " " + why);
  };
  try {
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return refuse(std::string("cannot be loaded: ") + dlerror());
    const auto entry = reinterpret_cast<weir_library_fn>(dlsym(handle, WEIR_LIBRARY_SYMBOL));
    if (entry == nullptr) {
      return refuse("does not export '" WEIR_LIBRARY_SYMBOL
                    "', so it is no Weir plugin (WEIR_PLUGIN is missing?)");
    }
    const weir_library_info* info = entry();
    if (auto why = info_problem(info); !why.empty()) return refuse(why);
    std::vector<const weir_plugin*> plugins;
    std::set<std::pair<std::uint32_t, std::string>> seen;
    for (const auto* const* p = info->plugins; *p != nullptr; ++p) {
      if (auto why = descriptor_problem(**p); !why.empty()) return refuse(why);
      if (!seen.emplace((*p)->kind, (*p)->name).second) {
        return refuse("declares the " + std::string(kind_name((*p)->kind)) + " '" + (*p)->name + "' twice");
      }
      plugins.push_back(*p);
    }
    if (plugins.empty()) return refuse("declares no plugin");
    return plugins;
  } catch (const std::exception& e) {
    return refuse(std::string("threw while it was loaded: ") + e.what());
  } catch (...) {
    return refuse("threw while it was loaded");
  }
}

}  // namespace weir
