// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint_store.h"

namespace weir {

/// Keeps the checkpoints of a pipeline whose state goes with the source's partitions: each unit, which is
/// what belongs to one partition, in files of its own, see FORMAT.md. A checkpoint's `group` is the unit, and
/// its `groups` how many there are. Several processes use the folder at once: two that take each other for
/// dead write different files, each of them right in itself, and the one with the higher number counts.
class UnitFolder {
 public:
  /// The last checkpoint of a unit.
  struct Last {
    std::optional<Checkpoint> checkpoint;  ///< none: nothing has been saved yet
    bool own = false;                      ///< it was saved by this object
    std::string damaged;                   ///< what is wrong with newer ones; empty: nothing
  };

  /// `pipeline` is part of the file names, so that several pipelines may share a folder.
  UnitFolder(std::string folder, std::string pipeline);

  /// Makes the folder. Returns an empty string, or why it cannot be used: also when checkpoints of the
  /// pipeline stand in it that do not belong to units.
  std::string open() const;

  /// Where is noted what was on hand when a plugin crashed one of the processes; see FORMAT.md.
  std::string crash_file() const;

  /// Keeps all of them, each by itself; durable when it returns an empty string, otherwise what went wrong.
  std::string save(const std::vector<Checkpoint>& units) const;
  /// The unit's, with origins of `origins`; or why it cannot be had.
  std::variant<Last, std::string> load(std::int32_t unit, Origins& origins) const;
  /// Those of all units.
  std::variant<CheckpointStore::Loaded, std::string> load_all(Origins& origins) const;

 private:
  struct File {
    std::int32_t unit;
    std::uint64_t number;
    std::string owner;
    std::string path;
    bool whole;  ///< it has got its name
  };

  /// All of the unit, or of all units by their numbers, the newest first.
  std::vector<File> files(std::optional<std::int32_t> unit) const;
  std::optional<File> file_of(const std::string& name) const;
  void remove_old(std::int32_t unit) const;

  const std::string folder_;
  const std::string pipeline_, prefix_, task_prefix_;
  const std::string owner_;
};

}  // namespace weir
