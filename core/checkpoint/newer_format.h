// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// The format of a checkpoint as encode() gives it, whole but of a newer version than this one. It is not
/// damaged: whoever took the one before it would read again what has been delivered, and remove it.
std::optional<std::uint64_t> newer_format(std::string_view bytes);

/// For people, why a start is refused by one in `file`.
std::string tell_newer(const std::string& file, std::uint64_t format);

}  // namespace weir
