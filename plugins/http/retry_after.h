// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace weir::http {

/// How long the value of a Retry-After header asks to wait (RFC 9110, 10.2.3): seconds, or a date that is
/// compared with `now` (milliseconds since 1970 UTC). Nothing where it can not be read. A date in the past is
/// 0, and no result is longer than `cap`.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                           std::chrono::milliseconds now,
                                                           std::chrono::milliseconds cap);

}  // namespace weir::http
