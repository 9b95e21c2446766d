// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/partitioner.h"

namespace weir {

/// With state by partition, which keys may come by a partition: those that its producers put there. A key
/// that comes by two would have state in both.
class KeyRule {
 public:
  /// `by`: none where only the user knows how partitions are found, and every key may come.
  KeyRule(std::int32_t partition, std::uint32_t partitions, std::optional<Partitioner> by)
      : partition_(partition), partitions_(partitions), by_(by) {}

  /// Empty, or for people what is wrong with the first key that belongs elsewhere.
  std::string problem_of(const weir_slice* keys, std::size_t count) const;

 private:
  const std::int32_t partition_;
  const std::uint32_t partitions_;
  const std::optional<Partitioner> by_;
};

}  // namespace weir
