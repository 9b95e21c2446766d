// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir::support {

/// A TCP port of 127.0.0.1 on which nothing listens. It lies outside the range from which the
/// kernel takes the local ports of outgoing connections, so it also stays free while the server
/// that uses it is down for a restart. Throws std::runtime_error when none is found.
std::uint16_t free_port();

}  // namespace weir::support
