// SPDX-License-Identifier: Apache-2.0
#include "plugin/library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace weir {
namespace {

constexpr const char* kRebuild = "; rebuild it against this version's headers";

bool is_plugin_name(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

/// Whether `from: stage.NAME` can mean it.
bool is_port_name(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kOthers = "0123456789-";
  return !name.empty() && kLetters.find(name[0]) != std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return kLetters.find(c) != std::string_view::npos || kOthers.find(c) != std::string_view::npos;
         });
}

std::string version(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

/// "a plugin table of 16 bytes where this etl-run needs 24"
std::string short_struct(const std::string& what, std::size_t size, std::size_t needed) {
  return what + " of " + std::to_string(size) + " bytes where this etl-run needs " + std::to_string(needed) +
         kRebuild;
}

/// Of options ended by NULL, those of objects included; `prefix` stands before their names in messages.
std::string options_problem(const weir_option* const* options, const std::string& prefix) {
  std::set<std::string> names;
  for (; *options != nullptr; ++options) {
    const weir_option& o = **options;
    if (o.size < sizeof(weir_option))
      return short_struct("with an option struct", o.size, sizeof(weir_option));
    if (o.name == nullptr || *o.name == '\0') return "with an option that has no name";
    const std::string name = prefix + o.name;
    if (!names.insert(name).second) return "with the option '" + name + "' twice";
    if (o.type == WEIR_CHOICE && o.choices == nullptr)
      return "with the option '" + name + "' without choices";
    if (o.fields == nullptr) continue;
    if (auto why = options_problem(o.fields, name + "."); !why.empty()) return why;
  }
  return {};
}

/// The functions that the host is going to call without asking for each whether it is there.
std::string functions_problem(const weir_plugin& p) {
  if (p.open == nullptr || p.close == nullptr || p.create == nullptr || p.start == nullptr ||
      p.destroy == nullptr) {
    return "without open, close, create, start or destroy";
  }
  if (p.kind == WEIR_SOURCE) return p.poll == nullptr ? "without poll" : "";
  if ((p.accepts & (WEIR_RECORDS | WEIR_GROUPS)) == 0) return "that accepts neither records nor groups";
  if ((p.accepts & WEIR_RECORDS) != 0 && p.process == nullptr) return "that accepts records without process";
  if ((p.accepts & WEIR_GROUPS) != 0 && p.process_group == nullptr)
    return "that accepts groups without process_group";
  return {};
}

std::string info_problem(const weir_library_info* info) {
  if (info == nullptr) return "gives no plugin table";
  constexpr std::size_t kUpToVersion = offsetof(weir_library_info, plugins);
  const bool has_version = info->size >= kUpToVersion;
  if (has_version && (info->abi_major != WEIR_ABI_MAJOR || info->abi_minor > WEIR_ABI_MINOR)) {
    return "was built for plugin ABI " + version(info->abi_major, info->abi_minor) + ", this etl-run has " +
           version(WEIR_ABI_MAJOR, WEIR_ABI_MINOR) + kRebuild;
  }
  if (info->size < sizeof(weir_library_info)) {
    return short_struct("has a plugin table", info->size, sizeof(weir_library_info));
  }
  return info->plugins == nullptr ? "gives no plugin table" : "";
}

/// dlopen, which lets out what an initialiser of the library throws. The system then takes the library for
/// loaded and would give it out half made the next time, so here it throws the same again.
void* map_library(const std::string& path) {
  static std::map<std::string, std::exception_ptr> broken;
  if (const auto known = broken.find(path); known != broken.end()) std::rethrow_exception(known->second);
  // dlopen is declared as one that does not throw. Called through a pointer of which the compiler knows
  // nothing, it does not end the process when something is thrown all the same.
  void* (*volatile open)(const char*, int) = dlopen;
  try {
    return open(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  } catch (...) {
    broken[path] = std::current_exception();
    throw;
  }
}

/// What dlopen said, without the file's name, which the caller gives.
std::string load_error(const std::string& path) {
  const char* const said = dlerror();
  std::string text = said == nullptr ? "unknown error" : said;
  if (text.starts_with(path + ": ")) text.erase(0, path.size() + 2);
  return text;
}

}  // namespace

std::string ports_problem(const weir_port* const* ports) {
  if (ports == nullptr) return "without a list of ports";
  std::set<std::string> names;
  for (; *ports != nullptr; ++ports) {
    const weir_port& p = **ports;
    if (p.size < sizeof(weir_port)) return short_struct("with a port struct", p.size, sizeof(weir_port));
    const std::string name = p.name == nullptr ? "" : p.name;
    if (!is_port_name(name)) {
      return "with a port named '" + name +
             "'; a name has letters, digits, '_' and '-' and begins with a letter or '_'";
    }
    if (name == "error") return "with a port named 'error', which every stage has built in";
    if (!names.insert(name).second) return "with the port '" + name + "' twice";
    if (p.item != WEIR_RECORDS && p.item != WEIR_GROUPS)
      return "with the port '" + name + "' of unknown item kind " + std::to_string(p.item);
  }
  return {};
}

std::string descriptor_problem(const weir_plugin& p) {
  if (p.size < sizeof(weir_plugin))
    return short_struct("has a plugin descriptor", p.size, sizeof(weir_plugin));
  if (p.name == nullptr || !is_plugin_name(p.name)) {
    return std::string("declares a plugin with the name '") + (p.name == nullptr ? "" : p.name) +
           "'; a name has lower-case letters, digits and '_'";
  }
  const std::string who = "declares the plugin '" + std::string(p.name) + "' ";
  if (p.kind < WEIR_SOURCE || p.kind > WEIR_SINK) return who + "of unknown kind " + std::to_string(p.kind);
  if (p.options == nullptr || p.summary == nullptr) return who + "without options or summary";
  for (const auto& why : {ports_problem(p.ports), options_problem(p.options, ""), functions_problem(p)}) {
    if (!why.empty()) return who + why;
  }
  return {};
}

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
    void* const handle = map_library(path);
    if (handle == nullptr) return refuse(std::string("cannot be loaded: ") + load_error(path));
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
