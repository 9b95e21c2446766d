// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>
#include <weir/record.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// A checkpoint on its way to the sink that keeps it: weir_checkpoint with what it points to.
struct SinkCheckpoint {
  std::string name;
  std::uint64_t number = 0;
  std::string content;
  std::vector<weir_position> positions;
  std::vector<std::pair<std::string, std::string>> claims;  ///< of sources: the stage's name and its claim

  /// Calls `use` with the form of the boundary, which lives for the call.
  template <class Use>
  auto as_c(Use&& use) const {
    std::vector<weir_header> proofs;
    for (const auto& [stage, claim] : claims) proofs.push_back({slice(stage), slice(claim)});
    const weir_checkpoint c{sizeof(weir_checkpoint),
                            0,
                            slice(name),
                            number,
                            slice(content),
                            positions.data(),
                            positions.size(),
                            proofs.data(),
                            proofs.size()};
    return use(&c);
  }
};

}  // namespace weir
