// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace weir {

/// In what way the steps of a test are run. What holds in one way must hold in all.
struct Variation {
  std::size_t at_once = 0;  ///< sources give no more records in a poll; 0: all that a step has
  bool restarts = false;    ///< a restart between any two steps, see StepRunner
  int tasks = 1;            ///< what is then compared how: see TaskSpread
  bool rescales = false;    ///< each restart is with another number of tasks, up to `tasks`
};

/// "2 records at once, a restart between any two steps"; empty for the plain way.
std::string to_text(const Variation& variation);

/// All ways that `--thorough` means: the plain one first, then batches of 1, 2 and 1,024 records, then three
/// tasks, also with batches of 1; all of these with restarts as well, and at last with restarts that change
/// the number of tasks.
std::vector<Variation> thorough_variations();

}  // namespace weir
