// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <string_view>

#include "state/keyed_table.h"

namespace weir {

/// Whose state it is that a task takes up.
enum class SavedBy {
  kThisTask,   ///< the run that saved had as many tasks
  kOtherTask,  ///< the same, of another one
  kOtherRun    ///< of one with another number of tasks
};

/// Which part of a stage's state belongs to one of several tasks. Keys are spread by their hash; what belongs
/// to no key is the same for all tasks, as broadcast state is. A stage that must see everything is as a whole
/// the first task's.
struct KeyShare {
  std::size_t task = 0;
  std::size_t tasks = 1;
  bool whole = false;

  static std::size_t owner(std::string_view key, std::size_t tasks) { return hash_key(key) % tasks; }

  bool has_all() const { return tasks == 1 || (whole && task == 0); }
  bool has(std::string_view key) const { return has_all() || (!whole && owner(key, tasks) == task); }
  bool has_keyless() const { return !whole || task == 0; }
};

}  // namespace weir
