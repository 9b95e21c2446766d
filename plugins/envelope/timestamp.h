// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Appends the time (milliseconds since 1970 UTC) as RFC 3339 text: "2026-01-02T03:04:05.678Z".
void append_timestamp(std::int64_t milliseconds, std::string& to);

/// Reads what append_timestamp writes; the fraction may be missing or of any length, the zone is `Z`.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace weir
