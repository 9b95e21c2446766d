// SPDX-License-Identifier: Apache-2.0
#include "state/store/stored_values.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weir {
namespace {

weir_slice no_value() {
  return {nullptr, 0};
}

std::string_view bytes_of_slice(weir_slice s) {
  return {s.data, s.size};
}

}  // namespace

StoredValues::StoredValues(const StateOptions& options, KeyValueStore& store, CacheBudget& budget,
                           std::string_view name, char kind)
    : options_(options), store_(store), budget_(budget), prefix_(store_key::of_state(kind, name)) {
  budget_.join();
  const auto at = store_.cursor(prefix_, store_key::end_of(prefix_));
  while (at->valid() && windows_noted_) {
    const std::int64_t window = store_key::parts_of(at->key()).window;
    note_in_store(window);
    at->seek(store_key::end_of(prefix_of(window)));
  }
}

bool StoredValues::expired(std::string_view stored, std::int64_t now) const {
  if (options_.time_to_live == 0) return false;
  std::int64_t at = 0;
  std::memcpy(&at, stored.data(), sizeof at);
  return at <= now;
}

void StoredValues::renew(char* stored, std::int64_t now) const {
  const std::int64_t at = options_.end_of(now);
  std::memcpy(stored, &at, sizeof at);
}

void StoredValues::note_in_store(std::int64_t window) {
  if (!windows_noted_) return;
  noted_.insert(window);
  if (noted_.size() <= kMostWindows) return;
  windows_noted_ = false;
  noted_ = {};
}

StoredValues::Window* StoredValues::window_if(std::int64_t window) {
  if (last_ != nullptr && last_window_ == window) return last_;
  const auto found = windows_.find(window);
  if (found == windows_.end() && !may_be_in_store(window)) return nullptr;
  return &window_of(window);
}

StoredValues::Window& StoredValues::window_of(std::int64_t window) {
  if (last_ != nullptr && last_window_ == window) return *last_;
  const auto [at, is_new] = windows_.try_emplace(window);
  if (is_new) at->second.in_store = may_be_in_store(window);
  last_window_ = window;
  last_ = &at->second;
  return *last_;
}

char* StoredValues::entry(Window& in, std::string_view key, std::size_t bytes, std::size_t& held) {
  const std::size_t before = in.cache.bytes();
  char* const at = in.cache.room(key, kHead + bytes, held);
  bytes_ += in.cache.bytes() - before;
  if (held != KeyedTable::kNone) held -= kHead;
  return at;
}

void StoredValues::put_in_cache(Window& in, std::string_view key, std::string_view stored, Mark mark) {
  std::size_t held = 0;
  char* const at = entry(in, key, stored.size(), held);
  *at = mark;
  if (!stored.empty()) std::memcpy(at + kHead, stored.data(), stored.size());
}

weir_slice StoredValues::find(Window& in, std::int64_t window, std::string_view key) {
  weir_slice cached = in.cache.find(key);
  if (cached.data == nullptr) {
    if (!in.in_store) return no_value();
    const bool found = store_.get(key_of(window, key), stored_);
    put_in_cache(in, key, found ? std::string_view(stored_) : std::string_view(), found ? kSame : kNowhere);
    cached = in.cache.find(key);
  }
  if (!has_value(cached)) return no_value();
  return {cached.data + kHead, cached.size - kHead};
}

weir_slice StoredValues::get(std::string_view key, std::int64_t window, std::int64_t now) {
  Window* const in = window_if(window);
  if (in == nullptr) return no_value();
  const weir_slice stored = find(*in, window, key);
  if (stored.data == nullptr) return stored;
  if (expired(bytes_of_slice(stored), now)) {
    erase(key, window);
    return no_value();
  }
  if (options_.ttl_on_read && options_.time_to_live != 0) {
    // The cache's own memory, whose sizes stay as they are.
    char* const at = const_cast<char*>(stored.data);
    renew(at, now);
    *(at - kHead) = kChanged;
  }
  return {stored.data + expiry(), stored.size - expiry()};
}

char* StoredValues::room(std::string_view key, std::int64_t window, std::size_t bytes, std::size_t& held,
                         std::int64_t now) {
  Window& in = window_of(window);
  const weir_slice stored = find(in, window, key);
  const bool is_there = stored.data != nullptr && !expired(bytes_of_slice(stored), now);
  // What has run out or was erased leaves nothing behind.
  if (!is_there) entry(in, key, 0, held);
  char* const at = entry(in, key, expiry() + bytes, held);
  *at = kChanged;
  held = is_there ? held - expiry() : KeyedTable::kNone;
  if (options_.time_to_live != 0) renew(at + kHead, now);
  return at + kHead + expiry();
}

void StoredValues::erase(std::string_view key, std::int64_t window) {
  Window* const in = window_if(window);
  if (in == nullptr) return;
  if (in->in_store) return put_in_cache(*in, key, {}, kErased);
  // An empty window goes when the call is over: someone may be visiting it.
  if (in->cache.erase(key) && in->cache.size() == 0) emptied_.push_back(window);
}

void StoredValues::drop_emptied() {
  for (const std::int64_t window : std::exchange(emptied_, {})) {
    const auto found = windows_.find(window);
    if (found != windows_.end() && !found->second.in_store && found->second.cache.size() == 0) drop(window);
  }
}

void StoredValues::drop(std::int64_t window) {
  const auto found = windows_.find(window);
  if (found == windows_.end()) return;
  bytes_ -= found->second.cache.bytes();
  windows_.erase(found);
  last_ = nullptr;
}

void StoredValues::put_in_store(std::string_view store_key, std::string_view stored) {
  store_.put(store_key, stored);
  ++puts_;
}

void StoredValues::write_out(std::int64_t window, Window& in) {
  bool written = in.in_store;
  std::string key = prefix_of(window);
  const std::size_t prefix = key.size();
  in.cache.for_each([&](weir_slice cached_key, weir_slice cached) {
    // The cache's own memory, whose sizes stay as they are.
    char& mark = *const_cast<char*>(cached.data);
    if (mark == kSame || mark == kNowhere) return;
    key.resize(prefix);
    key.append(bytes_of_slice(cached_key));
    if (mark == kChanged) {
      put_in_store(key, {cached.data + kHead, cached.size - kHead});
      written = true;
    } else {
      store_.erase(key);
    }
    mark = mark == kChanged ? kSame : kNowhere;
  });
  if (written && !in.in_store) {
    in.in_store = true;
    note_in_store(window);
  }
}

void StoredValues::write_out() {
  for (auto& [window, in] : windows_) write_out(window, in);
}

void StoredValues::let_go() {
  write_out();
  windows_.clear();
  last_ = nullptr;
  bytes_ = 0;
}

void StoredValues::each(std::int64_t window, std::int64_t now,
                        const std::function<void(weir_slice, weir_slice)>& visit) {
  Window* const in = window_if(window);
  if (in == nullptr) return;
  const bool renews = options_.ttl_on_read && options_.time_to_live != 0;
  if (!in->in_store) {
    in->cache.for_each([&](weir_slice key, weir_slice cached) {
      if (!has_value(cached)) return;
      const weir_slice stored{cached.data + kHead, cached.size - kHead};
      if (expired(bytes_of_slice(stored), now)) return;
      if (renews) renew(const_cast<char*>(stored.data), now);
      visit(key, {stored.data + expiry(), stored.size - expiry()});
    });
    return;
  }
  write_out(window, *in);
  const std::string prefix = prefix_of(window);
  for (const auto at = store_.cursor(prefix, store_key::end_of(prefix)); at->valid(); at->next()) {
    const std::string_view key = at->key().substr(prefix.size());
    std::string_view stored = at->value();
    // The caller may hold what get() has given out of the cache; a visitor's get() may find a key run out.
    const auto cache = windows_.find(window);
    const weir_slice cached = cache == windows_.end() ? no_value() : cache->second.cache.find(key);
    if (cached.data != nullptr) {
      if (!has_value(cached)) continue;
      stored = {cached.data + kHead, cached.size - kHead};
    }
    if (expired(stored, now)) continue;
    if (renews && cached.data != nullptr) {
      // The cache's own memory, whose sizes stay as they are.
      char* const mark = const_cast<char*>(cached.data);
      *mark = kChanged;
      renew(mark + kHead, now);
    } else if (renews) {
      stored_ = stored;
      renew(stored_.data(), now);
      put_in_store(at->key(), stored_);
    }
    const std::string_view value = stored.substr(expiry());
    visit({key.data(), key.size()}, {value.data(), value.size()});
  }
}

void StoredValues::forget_window(std::int64_t window) {
  drop(window);
  if (!may_be_in_store(window)) return;
  const std::string prefix = prefix_of(window);
  store_.erase_range(prefix, store_key::end_of(prefix));
  noted_.erase(window);
}

void StoredValues::prefetch(const weir_slice* keys, std::size_t count) {
  if (last_ == nullptr) return;
  last_->cache.prefetch(keys, count);
  if (!last_->in_store) return;
  std::vector<std::string> missing;
  const std::string prefix = prefix_of(last_window_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view key(keys[i].data, keys[i].size);
    if (last_->cache.find(key).data != nullptr) continue;
    // Until the store has said otherwise; also so that each is asked for once.
    put_in_cache(*last_, key, {}, kNowhere);
    missing.push_back(prefix + std::string(key));
  }
  if (missing.empty()) return;
  store_.get_many(missing, [&](std::size_t i, std::string_view stored) {
    put_in_cache(*last_, std::string_view(missing[i]).substr(prefix.size()), stored, kSame);
  });
}

std::size_t StoredValues::size() {
  std::size_t sum = 0;
  write_out();
  for (const auto at = store_.cursor(prefix_, store_key::end_of(prefix_)); at->valid(); at->next()) ++sum;
  return sum;
}

void StoredValues::expire(std::int64_t now) {
  if (options_.time_to_live == 0) return;
  write_out();
  const auto at = store_.cursor(expire_from_.empty() ? prefix_ : expire_from_, store_key::end_of(prefix_));
  const std::size_t most = std::max(kExpiredAtOnce, 2 * std::exchange(puts_, 0));
  for (std::size_t looked_at = 0; at->valid() && looked_at < most; at->next(), ++looked_at) {
    if (!expired(at->value(), now)) continue;
    store_.erase(at->key());
    const auto [kind, state, window, key, rest] = store_key::parts_of(at->key());
    const auto in = windows_.find(window);
    if (in != windows_.end() && in->second.cache.find(key).data != nullptr)
      put_in_cache(in->second, key, {}, kNowhere);
  }
  expire_from_ = at->valid() ? std::string(at->key()) : std::string();
}

void StoredValues::load(SnapshotReader& from, const KeyFilter& mine) {
  for (std::uint64_t windows = from.number(); windows > 0; --windows) {
    const std::int64_t window = from.time();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::string_view key = from.text();
      const std::string_view stored = from.text();
      if (!mine(key)) continue;
      Window& in = window_of(window);
      if (find(in, window, key).data != nullptr && !key.empty()) refuse_second(key);
      put_in_cache(in, key, stored, kChanged);
      relieve();
    }
  }
}

}  // namespace weir
