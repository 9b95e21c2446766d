// SPDX-License-Identifier: Apache-2.0
#include "row_cache.h"

#include <weir/abi.h>

#include <iterator>
#include <utility>

namespace weir::sql_lookup {
namespace {

/// About what an entry takes beside its texts: nodes of list and table, pointers, counts.
constexpr std::size_t kEntryBytes = 200;
constexpr std::size_t kRowBytes = 48;

std::size_t size_of(const std::string& key, const Rows& rows) {
  std::size_t bytes = kEntryBytes + key.size();
  for (const auto& row : rows) bytes += kRowBytes + row.json().size() + WEIR_PADDING;
  return bytes;
}

}  // namespace

std::shared_ptr<const Rows> RowCache::find(std::string_view key, std::chrono::milliseconds now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const auto entry = found->second;
  if (entry->until <= now) {
    remove(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->rows;
}

void RowCache::put(const std::string& key, std::shared_ptr<const Rows> rows, std::chrono::milliseconds now) {
  const auto time = rows->empty() ? settings_.missing : settings_.time;
  const std::size_t bytes = size_of(key, *rows);
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) remove(found->second);
  if (time.count() == 0 || bytes > settings_.bytes) return;
  while (bytes_ + bytes > settings_.bytes) remove(std::prev(entries_.end()));
  entries_.push_front({key, std::move(rows), now + time, bytes});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
}

std::size_t RowCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void RowCache::remove(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace weir::sql_lookup
