// SPDX-License-Identifier: Apache-2.0
//
// What a stage keeps in the host of a test. Included by testing.h.
#pragma once

#include <weir/abi.h>
#include <weir/host_memory.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// A state of a test's host: what keys and windows hold.
struct weir_state {
  using Place = std::pair<std::string, std::int64_t>;  ///< key, window
  struct Kept {
    std::string bytes;
    std::int64_t until = std::numeric_limits<std::int64_t>::max();  ///< from then on it is not seen any more
  };

  weir_state_options options{};
  std::map<Place, Kept> values;
  std::map<Place, std::map<std::string, Kept>> maps;
  std::map<std::int64_t, std::int64_t> ends;  ///< windows with a time at which they are forgotten

  /// As of a value that was written now, or, where the options say so, read.
  void renew(Kept& kept, std::int64_t now) const {
    constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
    if (options.time_to_live != 0)
      kept.until = std::min(now, kEver - options.time_to_live) + options.time_to_live;
  }
  /// Forgets the windows whose time has come by then.
  void forget_windows(std::int64_t now) {
    for (auto end = ends.begin(); end != ends.end();) {
      if (end->second > now) {
        ++end;
        continue;
      }
      const auto is_of = [&](const auto& entry) { return entry.first.second == end->first; };
      std::erase_if(values, is_of);
      std::erase_if(maps, is_of);
      end = ends.erase(end);
    }
  }
  /// The entry that is still to be seen, or null.
  template <class Map, class Key>
  Kept* find(Map& in, const Key& key, std::int64_t now) const {
    const auto found = in.find(key);
    if (found == in.end()) return nullptr;
    if (found->second.until <= now) return in.erase(found), nullptr;
    if (options.ttl_on_read != 0) renew(found->second, now);
    return &found->second;
  }
};

namespace weir::testing {

/// Lists of records, each with a reference of its own.
class KeptLists {
 public:
  using Place = weir_state::Place;

  KeptLists() = default;
  KeptLists(const KeptLists& other) : of(other.of) {
    for (const auto& [place, list] : of) host_memory::retain(list.data(), list.size());
  }
  KeptLists& operator=(KeptLists other) {
    of.swap(other.of);
    return *this;
  }
  ~KeptLists() {
    for (auto& [place, list] : of) host_memory::release(list.data(), list.size());
  }

  std::map<Place, std::vector<weir_record>> of;
};

/// All that a stage keeps in the host, as a checkpoint holds it.
struct Kept {
  using Timers = std::set<std::pair<std::int64_t, std::optional<std::string>>>;  ///< by time, then key
  Timers timers, event_timers;
  KeptLists lists;
  std::map<std::string, weir_state> states;
};

}  // namespace weir::testing
