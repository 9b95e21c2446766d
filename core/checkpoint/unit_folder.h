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

/// Keeps the checkpoints of a pipeline whose state goes with the source's partitions: each unit, which is
/// what belongs to one partition, in files of its own, see FORMAT.md. A checkpoint's `group` is the
/// partition, and its `groups` how many there are. Several processes use the folder at once, on a file system
/// of the network too. Thread-safe.
///
/// Whoever takes a unit over claims it: that gives a term, a number higher than that of every owner before.
/// The files of a higher term count more than those of a lower one, whatever their numbers. So one that was
/// thought dead and comes back can neither overwrite nor outdo what a newer owner has saved.
class UnitFolder {
 public:
  /// A unit in the hands of its owner.
  struct Claim {
    std::uint64_t term = 0;
    std::optional<Checkpoint> last;  ///< what was saved last; none: nothing has been
    std::string damaged;             ///< what is wrong with newer files; empty: nothing
  };
  struct Unit {
    const weir_origin* origin;  ///< the partition
    std::uint64_t term;         ///< of the claim
    Checkpoint checkpoint;
    bool taken = false;     ///< set by save(): somebody has claimed it since, and nothing was kept
    std::size_t bytes = 0;  ///< set by save(): how large the file is
  };

  /// `pipeline` is part of the file names, so that several pipelines may share a folder.
  UnitFolder(std::string folder, std::string pipeline);

  /// Makes the folder. Returns an empty string, or why it cannot be used: also when checkpoints of the
  /// pipeline stand in it that do not belong to units.
  std::string open() const;
  /// Whether a unit has been saved in the folder.
  bool has_units() const;
  /// Where is noted what was on hand when a plugin crashed one of the processes; see FORMAT.md.
  std::string crash_file() const;

  /// The unit is this caller's until somebody else claims it. With origins of `origins`; or why it cannot be.
  std::variant<Claim, std::string> claim(const weir_origin& origin, Origins& origins) const;
  /// The same without claiming it: the term is 0.
  std::variant<Claim, std::string> look_at(const weir_origin& origin, Origins& origins) const;
  /// Keeps each of them; durable when it returns an empty string, otherwise what went wrong.
  std::string save(std::vector<Unit>& units) const;
  /// The last checkpoint of every unit, by partition, without claiming it.
  std::variant<CheckpointStore::Loaded, std::string> load_all(Origins& origins) const;

 private:
  struct File;
  struct Last;

  std::string name_of(const weir_origin& origin) const;
  /// All of one unit, or of all units by their names, the newest first. False when the folder cannot be read.
  bool list(std::vector<File>& files, const std::string& unit, std::string& problem) const;
  std::variant<Last, std::string> load(const std::string& unit, Origins& origins) const;
  void remove_old(const std::vector<File>& files, const Unit& kept) const;
  std::string path(const std::string& unit, const char* middle) const;

  const std::string folder_;
  const std::string pipeline_, prefix_, task_prefix_;
};

}  // namespace weir
