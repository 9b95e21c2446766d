// SPDX-License-Identifier: Apache-2.0
#include "testing/bench.h"

#include <algorithm>

namespace weir {

void SourceFeed::start_again() {
  // Only records without a place in the source's order are given once for all.
  const auto done = [&](const Item& item) {
    const auto* record = std::get_if<SampleRecord>(&item.what);
    if (record == nullptr) return true;
    const auto at = committed.find({record->origin, record->partition});
    return at != committed.end() && record->position < at->second;
  };
  items.erase(std::remove_if(items.begin(), items.end(), done), items.end());
  next = 0;
  ended = false;
}

}  // namespace weir
