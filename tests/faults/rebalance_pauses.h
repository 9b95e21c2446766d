// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weir::faults {

/// Measures how long partitions stand still when processes of a group come and go, on a broker of its own,
/// and prints a table: for those that stay with their process, and for those that move.
void measure_rebalance_pauses();

}  // namespace weir::faults
