// SPDX-License-Identifier: Apache-2.0
#include "runtime/key_rule.h"

#include <weir/record.h>

#include "base/utf8.h"

namespace weir {

std::string KeyRule::problem_of(const weir_slice* keys, std::size_t count) const {
  if (!by_) return {};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t right = partition_of(view(keys[i]), partitions_, *by_);
    if (right == partition_) continue;
    return "the key '" + printable(view(keys[i]).substr(0, 60)) + "' belongs to partition " +
           std::to_string(right) + " of " + std::to_string(partitions_) + " by " + to_string(*by_) +
           ", and the record came from partition " + std::to_string(partition_) +
           ": with checkpoint `by: partition` the topic must be partitioned by the stage's key; write the "
           "records to a topic that is (set_key, then a kafka sink), or name the `partitioner` that its "
           "producer uses";
  }
  return {};
}

}  // namespace weir
