// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/unit_store.h"

namespace weir {

/// Units in files of their own, see FORMAT.md, on a file system of the network too. The files of a higher
/// term count more than those of a lower one, whatever their numbers.
class UnitFolder final : public UnitStore {
 public:
  /// `pipeline` is part of the file names, so that several pipelines may share a folder.
  UnitFolder(std::string folder, std::string pipeline);

  /// Makes the folder.
  std::string open() override;
  bool has_units() const override;
  std::string crash_file() const override;

  std::variant<Claim, std::string> claim(const weir_origin& origin, int task,
                                         Origins& origins) const override;
  std::variant<Claim, std::string> look_at(const weir_origin& origin, Origins& origins) const override;
  std::string save(std::vector<Unit>& units) const override;
  std::variant<CheckpointStore::Loaded, std::string> load_all(Origins& origins) const override;

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
