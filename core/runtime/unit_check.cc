// SPDX-License-Identifier: Apache-2.0
#include "runtime/unit_check.h"

#include <weir/record.h>

#include "base/utf8.h"

namespace weir {

bool UnitCheck::pass(const weir_record* records, const weir_slice* keys, std::size_t count) {
  problem_.clear();
  std::size_t good = 0;
  Verdict verdict = Verdict::kHere;
  while (good < count && (verdict = judge(records[good], keys[good])) == Verdict::kHere) ++good;
  if (good == count) return true;
  records_.assign(records, records + good);
  keys_.assign(keys, keys + good);
  for (std::size_t i = good; i < count; ++i) {
    if (i != good) verdict = judge(records[i], keys[i]);
    if (verdict == Verdict::kWrong) return false;
    if (verdict == Verdict::kGone) continue;
    records_.push_back(records[i]);
    keys_.push_back(keys[i]);
  }
  return false;
}

UnitCheck::Verdict UnitCheck::judge(const weir_record& record, weir_slice key) {
  const std::int32_t unit = units_.of(view(key));
  const bool has_partition = record.origin != nullptr && record.origin->partition >= 0;
  if ((!has_partition || record.origin->partition == unit) && units_.has(unit)) return Verdict::kHere;
  if (has_partition && !units_.has(record.origin->partition)) return Verdict::kGone;
  const std::string belongs = "the key '" + printable(view(key).substr(0, 60)) + "' belongs to partition " +
                              std::to_string(unit) + " of " + std::to_string(units_.partitions()) + " by " +
                              to_string(units_.partitioner());
  problem_ =
      belongs +
      (has_partition ? ", and the record came from partition " + std::to_string(record.origin->partition)
                     : std::string(", which another process has, and the record was made here")) +
      ": with checkpoint `by: partition` the topic must be partitioned by the stage's key; write the "
      "records to a topic that is (set_key, then a kafka sink), or name the `partitioner` that its "
      "producer uses";
  return Verdict::kWrong;
}

}  // namespace weir
