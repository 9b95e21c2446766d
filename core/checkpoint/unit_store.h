// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint_store.h"

namespace weir {

/// Keeps the checkpoints of a pipeline whose state goes with the source's partitions: those of each unit,
/// which is what belongs to one partition. A checkpoint's `group` is the partition, and its `groups` how many
/// there are. Several processes use the store at once. Thread-safe.
///
/// Whoever takes a unit over claims it: that gives a term, a number higher than that of every owner before.
/// So one that was thought dead and comes back can neither overwrite nor outdo what a newer owner has saved.
class UnitStore {
 public:
  /// A unit in the hands of its owner.
  struct Claim {
    std::uint64_t term = 0;
    std::optional<Checkpoint> last;  ///< what was saved last; none: nothing has been
    std::string damaged;             ///< what is wrong with newer ones; empty: nothing
  };
  struct Unit {
    const weir_origin* origin;  ///< the partition
    std::uint64_t term;         ///< of the claim
    Checkpoint checkpoint;
    bool taken = false;     ///< set by save(): somebody has claimed it since, and nothing was kept
    std::size_t bytes = 0;  ///< set by save(): how large it is
  };

  UnitStore() = default;
  UnitStore(const UnitStore&) = delete;
  UnitStore& operator=(const UnitStore&) = delete;
  virtual ~UnitStore() = default;

  /// Once, before all else. Returns an empty string, or why it cannot be used: also when there are
  /// checkpoints of the pipeline that do not belong to units.
  virtual std::string open() = 0;
  /// Whether a unit has been saved. After open().
  virtual bool has_units() const = 0;
  /// Where is noted what was on hand when a plugin crashed one of the processes, see FORMAT.md; empty:
  /// nowhere.
  virtual std::string crash_file() const = 0;

  /// The unit is that task's of this process until somebody else claims it. With origins of `origins`; or why
  /// it cannot be.
  virtual std::variant<Claim, std::string> claim(const weir_origin& origin, int task,
                                                 Origins& origins) const = 0;
  /// The same without claiming it: the term is 0.
  virtual std::variant<Claim, std::string> look_at(const weir_origin& origin, Origins& origins) const = 0;
  /// Keeps each of them; durable when it returns an empty string, otherwise what went wrong.
  virtual std::string save(std::vector<Unit>& units) const = 0;
  /// The last checkpoint of every unit, by partition, without claiming it.
  virtual std::variant<CheckpointStore::Loaded, std::string> load_all(Origins& origins) const = 0;
};

}  // namespace weir
