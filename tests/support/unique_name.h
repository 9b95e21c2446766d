// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::support {

/// `prefix` with a suffix that no other call, also of another test program, gets. Letters, digits
/// and underscores only after the prefix: good for a topic, a consumer group, a database, a table.
std::string unique_name(std::string_view prefix);

}  // namespace weir::support
