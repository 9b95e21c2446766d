// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint_store.h"

namespace weir {

/// Where, below the folder of checkpoints, the stores of a group's stages put their files for a checkpoint.
std::string state_folder(const std::string& pipeline, int group, std::uint64_t checkpoint);

/// Keeps the last checkpoints of a pipeline in a folder, each in a file, see FORMAT.md. A file is written
/// beside and renamed, so that a crash leaves the old or the new checkpoint as a whole.
class CheckpointFolder final : public CheckpointStore {
 public:
  /// `pipeline` is part of the file names, so that several pipelines may share a folder.
  CheckpointFolder(std::string folder, std::string pipeline);
  /// Gives the claim back.
  ~CheckpointFolder() override;

  /// Makes the folder and keeps every other process, and every other store of this one, from claiming the
  /// same pipeline in it for as long as this object lives: two that save to the same files would take each
  /// other's positions back. Returns an empty string, or why it cannot be: the folder, and the process that
  /// has it. The kernel ends the claim with the process, however that ends.
  std::string claim();

  /// Where is noted what was on hand when a plugin crashed; see FORMAT.md.
  std::string crash_file() const;

  std::string save(const Checkpoint& checkpoint, std::string_view bytes) override;
  bool is_slow() const override { return true; }
  std::variant<Loaded, std::string> load(Origins& origins) const override;

 private:
  /// The file of a group's checkpoint, and the number of the one that it goes on from; 0: none.
  struct File {
    int group;
    std::uint64_t number;
    std::uint64_t base;
    std::string path;
  };
  using Files = std::vector<File>;
  class Links;

  /// Removes what stores have put there for checkpoints of the group, or of all, below a number that are no
  /// more. Returns whether there are others, or may be.
  bool remove_states(std::optional<int> group, std::uint64_t before) const;
  /// All checkpoints of the pipeline, by group, the newest first.
  Files files() const;
  Files files_of(int group) const;
  Files files_among(const std::vector<std::string>& names) const;
  /// The file itself, what it goes on from, and so on, of `files` of one group; empty where one is missing or
  /// damaged.
  std::vector<const File*> chain_of(const File& file, const Files& files) const;
  /// Whether the checkpoint can be gone on from.
  bool holds(int group, std::uint64_t number) const;
  void remove_old(const Files& files) const;
  void remove_unfinished() const;
  std::string held_by(int fd) const;

  const std::string folder_;
  const std::string pipeline_;
  const std::string prefix_;
  int lock_ = -1;  // the lock file, open; -1 without a claim
  /// Files that load() could not use: the first to go. Not changed while anyone saves.
  mutable std::set<std::string> damaged_;
  /// Stores have put something there: only then it is looked for. Several groups may save at once.
  std::atomic<bool> has_states_{false};
};

}  // namespace weir
