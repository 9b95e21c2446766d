// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "state/snapshot.h"

namespace weir {

/// The files of a store's snapshot, for those who go on from it: a folder, and of each file in it how long it
/// is and the sum of its bytes; and how keys were divided among the tasks then.
struct StoredPart {
  struct File {
    std::uint64_t size = 0;
    std::uint64_t sum = 0;
    bool operator==(const File&) const = default;
  };
  using Files = std::map<std::string, File>;

  std::string folder;  ///< below that of the checkpoints
  Files files;
  std::uint64_t split = 0;  ///< a number of who saves it

  void save(SnapshotWriter& to) const;

  /// What is wrong with the files: one is missing or has changed; or one cannot be read (permission, a
  /// failing disk, too many open files), which says nothing about what is in it.
  struct Finding {
    std::string damaged, unreadable;
    bool is_good() const { return damaged.empty() && unreadable.empty(); }
  };
  /// Of the files in `checkpoints`.
  Finding check(const std::string& checkpoints) const;
};

/// A stage's snapshot, divided: the part that stands in a folder, if any, and its own text.
struct DividedSnapshot {
  std::optional<StoredPart> stored;
  std::string_view text;
};
/// Throws std::runtime_error when it cannot be understood.
DividedSnapshot divide_snapshot(std::string_view snapshot);

/// Makes all files of a folder durable, and the folder; returns what they are. `known`: files that have not
/// changed since, which are not read again. Throws DiskError.
StoredPart::Files make_durable(const std::string& folder, const StoredPart::Files& known);

/// Makes the names in a folder durable. Throws DiskError.
void make_folder_durable(const std::string& folder);

/// Makes the folder `to` with the files of a store's snapshot, those that never change as links. Throws
/// DiskError.
void link_snapshot(const std::string& from, const std::string& to);

}  // namespace weir
