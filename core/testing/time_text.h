// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace weir {

/// A moment as tests write it, in milliseconds since 1970 UTC: "2026-11-22T18:00:00Z", with up to three
/// digits of a second's fraction, "+08:00" instead of Z; "2026-11-22", its midnight in UTC; or the
/// milliseconds themselves. The message of a Problem fits behind "'time' is 'noon', ".
Result<std::int64_t> parse_time(std::string_view text);

}  // namespace weir
