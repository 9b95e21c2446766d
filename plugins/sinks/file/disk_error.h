// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir::file {

/// The system's words for an errno.
std::string reason(int error);

/// The code of a Stop for it: no_space, no_permission or cannot_write.
const char* code_of(int error);

/// Throws Stop: "WHAT: REASON".
[[noreturn]] void stop_for(const std::string& what, int error);

}  // namespace weir::file
