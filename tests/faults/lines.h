// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "account.h"

namespace weir::faults {

/// How each record begins: its number follows.
inline constexpr std::string_view kNumber = "{\"n\":";

using LineOf = std::function<std::string(std::int64_t)>;
using Belongs = std::function<bool(std::int64_t)>;

/// Records for stages that keep a key for the whole run: one of a hundred has a new key, all others one of
/// those before, so that what has been forgotten, or is known too early, shows in the wrong output. Those
/// with the same key have numbers that are equal modulo kPartitions, so that a topic's partition has them in
/// order.
inline constexpr std::int64_t kPartitions = 8;
bool has_new_key(std::int64_t n);
std::string keyed_line(std::int64_t n);

/// Tells the account of a record that was found in `place`, a name for messages: it must be as `line_of`
/// makes it, and belong there.
void read_line(std::string_view line, const std::string& place, Account& account, const LineOf& line_of,
               const Belongs& belongs);

/// The same for all lines of the files in a folder whose names begin with `start`. A folder that is not there
/// has none.
void read_files(const std::filesystem::path& folder, const std::string& start, Account& account,
                const LineOf& line_of, const Belongs& belongs);

}  // namespace weir::faults
