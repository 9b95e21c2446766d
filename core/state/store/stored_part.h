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
/// is and the sum of its bytes.
struct StoredPart {
  struct File {
    std::uint64_t size = 0;
    std::uint64_t sum = 0;
    bool operator==(const File&) const = default;
  };
  using Files = std::map<std::string, File>;

  std::string folder;  ///< below that of the checkpoints
  Files files;

  void save(SnapshotWriter& to) const;

  /// Empty, or what is wrong with the files in `checkpoints`.
  std::string check(const std::string& checkpoints) const;
};

/// A stage's snapshot, divided: the part that stands in a folder, if any, and its own text.
struct DividedSnapshot {
  std::optional<StoredPart> stored;
  std::string_view text;
};
/// Throws std::runtime_error when it cannot be understood.
DividedSnapshot divide_snapshot(std::string_view snapshot);

/// Makes all files of a folder durable, and the folder; returns what they are. `known`: files that have not
/// changed since, which are not read again. Throws std::runtime_error.
StoredPart::Files make_durable(const std::string& folder, const StoredPart::Files& known);

/// Makes the names in a folder durable. Throws std::runtime_error.
void make_folder_durable(const std::string& folder);

/// Makes the folder `to` with the files of a store's snapshot, those that never change as links. Throws
/// std::runtime_error.
void link_snapshot(const std::string& from, const std::string& to);

}  // namespace weir
