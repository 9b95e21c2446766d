// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>
#include <weir/record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// A checkpoint on its way to the sink that keeps it: weir_checkpoint with what it points to.
struct SinkCheckpoint {
  /// weir_unit.
  struct Unit {
    std::string name;
    const weir_origin* origin;
    std::int64_t next;
    std::uint64_t term;
    std::uint64_t number;
    std::optional<std::string> content;  ///< none: as it was saved last
    bool leaves;
  };

  std::string name;
  std::uint64_t number = 0;
  std::string content;
  std::vector<weir_position> positions;
  std::vector<std::pair<std::string, std::string>> claims;  ///< of sources: the stage's name and its claim
  std::vector<Unit> units = {};                             ///< with state by partition, instead of `content`

  /// Calls `use` with the form of the boundary, which lives for the call.
  template <class Use>
  auto as_c(Use&& use) const {
    std::vector<weir_header> proofs;
    for (const auto& [stage, claim] : claims) proofs.push_back({slice(stage), slice(claim)});
    std::vector<weir_unit> all;
    for (const auto& u : units) {
      all.push_back({slice(u.name), u.origin, u.next, u.term, u.number,
                     u.content ? slice(*u.content) : kAbsent, u.leaves ? 1u : 0u, 0});
    }
    const weir_checkpoint c{sizeof(weir_checkpoint),
                            0,
                            slice(name),
                            number,
                            slice(content),
                            positions.data(),
                            positions.size(),
                            proofs.data(),
                            proofs.size(),
                            all.data(),
                            all.size()};
    return use(&c);
  }
};

}  // namespace weir
