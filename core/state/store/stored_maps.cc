// SPDX-License-Identifier: Apache-2.0
#include "state/store/stored_maps.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weir {
namespace {

constexpr std::size_t kEndBytes = sizeof(std::int64_t);

std::int64_t end_in(std::string_view stored) {
  std::int64_t end = 0;
  std::memcpy(&end, stored.data(), kEndBytes);
  return end;
}

weir_slice slice_in(std::string_view s) {
  return {s.data(), s.size()};
}

}  // namespace

bool StoredMaps::expired(std::string_view stored, std::int64_t now) const {
  return options_.time_to_live != 0 && end_in(stored) <= now;
}

void StoredMaps::put_until(std::string_view store_key, std::string_view value, std::int64_t end) {
  written_.resize(kEndBytes);
  std::memcpy(written_.data(), &end, kEndBytes);
  written_.append(value);
  store_.put(store_key, written_);
  ++puts_;
}

weir_slice StoredMaps::get(std::string_view key, std::int64_t window, std::string_view field,
                           std::int64_t now) {
  const std::string place = map_prefix(window, key).append(field);
  std::string& stored = given_.emplace_back();
  if (!store_.get(place, stored)) return {nullptr, 0};
  if (expired(stored, now)) {
    store_.erase(place);
    return {nullptr, 0};
  }
  const std::string_view value = std::string_view(stored).substr(kEndBytes);
  if (options_.ttl_on_read && options_.time_to_live != 0) put_until(place, value, options_.end_of(now));
  return slice_in(value);
}

void StoredMaps::put(std::string_view key, std::int64_t window, std::string_view field,
                     std::string_view value, std::int64_t now) {
  put_until(map_prefix(window, key).append(field), value, options_.end_of(now));
}

void StoredMaps::erase(std::string_view key, std::int64_t window, std::string_view field) {
  store_.erase(map_prefix(window, key).append(field));
}

void StoredMaps::erase(std::string_view key, std::int64_t window) {
  const std::string prefix = map_prefix(window, key);
  store_.erase_range(prefix, store_key::end_of(prefix));
}

void StoredMaps::each(std::string_view key, std::int64_t window, std::int64_t now,
                      const std::function<void(weir_slice, weir_slice)>& visit) {
  const std::string prefix = map_prefix(window, key);
  for (const auto at = store_.cursor(prefix, store_key::end_of(prefix)); at->valid(); at->next()) {
    if (expired(at->value(), now)) continue;
    const std::string_view value = at->value().substr(kEndBytes);
    if (options_.ttl_on_read && options_.time_to_live != 0) put_until(at->key(), value, options_.end_of(now));
    visit(slice_in(at->key().substr(prefix.size())), slice_in(value));
  }
}

template <class F>
void StoredMaps::each_map(const std::string& prefix, F&& f) {
  for (const auto at = store_.cursor(prefix, store_key::end_of(prefix)); at->valid();) {
    const std::string first(at->key());
    const auto parts = store_key::parts_of(first);
    f(parts.key, *at);
    at->seek(store_key::end_of(map_prefix(parts.window, parts.key)));
  }
}

void StoredMaps::each_key(std::int64_t window, std::int64_t now,
                          const std::function<void(weir_slice)>& visit) {
  each_map(window_prefix(window), [&](std::string_view key, KeyValueStore::Cursor& at) {
    const std::string prefix = map_prefix(window, key);
    for (; at.valid() && at.key().starts_with(prefix); at.next()) {
      if (!expired(at.value(), now)) return visit(slice_in(key));
    }
  });
}

void StoredMaps::forget_window(std::int64_t window) {
  const std::string prefix = window_prefix(window);
  store_.erase_range(prefix, store_key::end_of(prefix));
}

std::size_t StoredMaps::size() {
  std::size_t sum = 0;
  each_map(prefix_, [&](std::string_view, KeyValueStore::Cursor&) { ++sum; });
  return sum;
}

void StoredMaps::expire(std::int64_t now) {
  if (options_.time_to_live == 0) return;
  const auto at = store_.cursor(expire_from_.empty() ? prefix_ : expire_from_, store_key::end_of(prefix_));
  const std::size_t most = std::max(kExpiredAtOnce, 2 * std::exchange(puts_, 0));
  for (std::size_t looked_at = 0; at->valid() && looked_at < most; at->next(), ++looked_at) {
    if (expired(at->value(), now)) store_.erase(at->key());
  }
  expire_from_ = at->valid() ? std::string(at->key()) : std::string();
}

void StoredMaps::load(SnapshotReader& from, const KeyFilter& mine) {
  for (std::uint64_t maps = from.number(); maps > 0; --maps) {
    const std::string_view key = from.text();
    const std::string prefix = map_prefix(from.time(), key);
    const bool is_mine = mine(key);
    if (is_mine && !key.empty() && store_.cursor(prefix, store_key::end_of(prefix))->valid())
      refuse_second(key);
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::string_view field = from.text();
      const std::string_view value = from.text();
      const std::int64_t end = from.time();
      if (is_mine) put_until(std::string(prefix).append(field), value, end);
    }
  }
}

}  // namespace weir
