// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "row_text.h"

namespace weir::sql_lookup {

/// The rows that a query gave for a key; none where the database has none.
using Rows = std::vector<RowText>;

/// What the database answered lately, for all workers of a stage; also that it has nothing. Bounded in bytes:
/// what was asked for longest ago goes first. [any-thread]
class RowCache {
 public:
  struct Settings {
    std::chrono::milliseconds time{0};     ///< how long rows count; 0: nothing is kept
    std::chrono::milliseconds missing{0};  ///< how long it counts that there are none; 0: that is not kept
    std::size_t bytes = 0;
  };

  explicit RowCache(const Settings& settings) : settings_(settings) {}

  bool is_used() const { return settings_.time.count() > 0; }
  /// Null where nothing is known.
  std::shared_ptr<const Rows> find(std::string_view key, std::chrono::milliseconds now);
  void put(const std::string& key, std::shared_ptr<const Rows> rows, std::chrono::milliseconds now);

  std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Rows> rows;
    std::chrono::milliseconds until;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;

  void remove(Entries::iterator entry);

  const Settings settings_;
  mutable std::mutex mutex_;
  Entries entries_;  // the latest first
  std::unordered_map<std::string_view, Entries::iterator> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace weir::sql_lookup
