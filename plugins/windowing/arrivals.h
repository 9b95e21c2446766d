// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/record.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace weir::windowing {

/// When a record of a list came, so that what several lists hold can be put in order. They stand behind one
/// another as bytes, in the order of the list.
struct Arrival {
  std::int64_t number = 0;    ///< counted over all that the stage holds
  std::int64_t position = 0;  ///< of the record
};

/// Those of the records that the list still holds: the host takes records away whose partition has gone to
/// another process, and tells nobody.
inline std::vector<Arrival> arrivals_of(std::string_view bytes, Records list) {
  std::vector<Arrival> all;
  all.reserve(list.size());
  std::size_t gone = bytes.size() / sizeof(Arrival) - list.size();
  for (const Record& record : list) {
    Arrival arrival;
    for (;; --gone) {
      std::memcpy(&arrival, bytes.data(), sizeof arrival);
      bytes.remove_prefix(sizeof arrival);
      if (gone == 0 || arrival.position == record.position) break;
    }
    all.push_back(arrival);
  }
  return all;
}

/// The number of the last one; 0 where there is none.
inline std::int64_t last_arrival(std::string_view bytes) {
  Arrival last;
  if (bytes.size() >= sizeof last) std::memcpy(&last, bytes.data() + bytes.size() - sizeof last, sizeof last);
  return last.number;
}

}  // namespace weir::windowing
