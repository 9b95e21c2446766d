// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

// Quantities as people write and read them. The message of a Problem is a clause that fits behind "'time' is
// 'five', " and repeats nothing of the text, which may be a secret put into the wrong place.

namespace weir {

/// "250ms", "5s", "2m", "1h", "1d", and sums of them from the largest unit to the smallest: "1h30m". A number
/// without a unit is refused, since nobody can tell seconds from milliseconds; so are fractions and negative
/// values.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Bytes: "4096", "64KiB", "64MiB", "1GiB", "1TiB" (powers of 1024), "64kB", "64MB", "1GB", "1TB" (powers of
/// 1000). At most 2^63 - 1.
Result<std::uint64_t> parse_size(std::string_view text);

/// The inverse of parse_duration, exact: "1h30m", "1s500ms", "0s". A negative duration begins with '-'.
std::string format_duration(std::chrono::milliseconds duration);

/// Bytes in the largest power of 1024 that fits, with one decimal unless it is a whole number: "64MiB",
/// "1.5KiB".
std::string format_size(std::uint64_t bytes);

/// Digits in groups of three: "1,234,567".
std::string format_count(std::uint64_t count);

/// Milliseconds since 1970 as UTC time: "2026-11-22T18:00:00.123Z".
std::string format_time(std::int64_t milliseconds);

}  // namespace weir
