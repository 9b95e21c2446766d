// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <string>
#include <variant>
#include <vector>

namespace weir {

/// The plugins of one shared library, or why it cannot be used: a sentence that names the file and the cause.
using LibraryContent = std::variant<std::vector<const weir_plugin*>, std::string>;

/// Loads a shared library and checks it: entry point, ABI version, sizes of structs, completeness of
/// descriptors. The library stays mapped until the process ends (its strings and functions are used until
/// then), also when it is refused. Not for several threads at once.
LibraryContent load_library(const std::string& path);

/// Why a plugin cannot be used, to stand behind its library's name; empty when it can: its struct is short, a
/// part that every plugin has is missing, a name is not one or is there twice.
std::string descriptor_problem(const weir_plugin& plugin);

/// The same of a list of ports, ended by NULL: "with the port 'out' twice".
std::string ports_problem(const weir_port* const* ports);

/// "source", "window", ...; for messages.
const char* kind_name(std::uint32_t kind);

}  // namespace weir
