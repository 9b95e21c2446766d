// SPDX-License-Identifier: Apache-2.0
#include "state/keyed_state.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir {
namespace {

std::string_view text(weir_slice s) {
  return {s.data, s.size};
}

/// When a value that is written now runs out; a time to live that goes beyond the end of time is for ever.
std::int64_t end_of(std::int64_t now, std::int64_t time_to_live) {
  std::int64_t end = 0;
  return __builtin_add_overflow(now, time_to_live, &end) ? INT64_MAX : end;
}

/// Each task had one of its own, in a stage that has no `key:`. What belongs to no key is the same in all
/// tasks.
[[noreturn]] void refuse_second(std::string_view key) {
  throw std::runtime_error("several tasks kept something for '" + std::string(key.substr(0, 60)) +
                           "', and one cannot go on with it all; start it with as many tasks as it had, or "
                           "give the stage a `key:` before its first run");
}

}  // namespace

KeyedTable* KeyedValues::table(std::int64_t window) {
  if (last_ != nullptr && last_window_ == window) return last_;
  const auto found = windows_.find(window);
  if (found == windows_.end()) return nullptr;
  last_window_ = window;
  last_ = &found->second;
  return last_;
}

bool KeyedValues::expired(weir_slice stored, std::int64_t now) const {
  if (options_.time_to_live == 0) return false;
  std::int64_t at = 0;
  std::memcpy(&at, stored.data, sizeof at);
  return at <= now;
}

void KeyedValues::renew(char* stored, std::int64_t now) const {
  const std::int64_t at = end_of(now, options_.time_to_live);
  std::memcpy(stored, &at, sizeof at);
}

weir_slice KeyedValues::get(std::string_view key, std::int64_t window, std::int64_t now) {
  KeyedTable* const in = table(window);
  if (in == nullptr) return {nullptr, 0};
  const weir_slice stored = in->find(key);
  if (stored.data == nullptr) return stored;
  if (expired(stored, now)) {
    in->erase(key);
    return {nullptr, 0};
  }
  if (options_.ttl_on_read) {
    std::size_t held = 0;
    renew(in->room(key, stored.size, held), now);
  }
  return {stored.data + prefix(), stored.size - prefix()};
}

char* KeyedValues::room(std::string_view key, std::int64_t window, std::size_t bytes, std::size_t& held,
                        std::int64_t now) {
  KeyedTable* in = table(window);
  if (in == nullptr) {
    in = &windows_[window];
    last_window_ = window;
    last_ = in;
  }
  if (options_.time_to_live == 0) return in->room(key, bytes, held);
  if (const weir_slice stored = in->find(key); stored.data != nullptr && expired(stored, now)) in->erase(key);
  char* const at = in->room(key, bytes + prefix(), held);
  if (held != KeyedTable::kNone) held -= prefix();
  renew(at, now);
  return at + prefix();
}

void KeyedValues::erase(std::string_view key, std::int64_t window) {
  KeyedTable* const in = table(window);
  if (in == nullptr || !in->erase(key) || in->size() != 0) return;
  windows_.erase(window);
  last_ = nullptr;
}

void KeyedValues::each(std::int64_t window, std::int64_t now,
                       const std::function<void(weir_slice, weir_slice)>& visit) {
  const KeyedTable* const in = table(window);
  if (in == nullptr) return;
  in->for_each([&](weir_slice key, weir_slice stored) {
    if (expired(stored, now)) return;
    // The table's own memory, whose sizes stay as they are.
    if (options_.ttl_on_read && options_.time_to_live != 0) renew(const_cast<char*>(stored.data), now);
    visit(key, {stored.data + prefix(), stored.size - prefix()});
  });
}

void KeyedValues::forget_window(std::int64_t window) {
  windows_.erase(window);
  last_ = nullptr;
}

std::size_t KeyedValues::size() const {
  std::size_t sum = 0;
  for (const auto& [window, in] : windows_) sum += in.size();
  return sum;
}

void KeyedValues::expire(std::int64_t now) {
  if (options_.time_to_live == 0) return;
  std::vector<std::string> gone;
  for (auto in = windows_.begin(); in != windows_.end();) {
    gone.clear();
    in->second.for_each([&](weir_slice key, weir_slice stored) {
      if (expired(stored, now)) gone.emplace_back(text(key));
    });
    for (const auto& key : gone) in->second.erase(key);
    in = in->second.size() == 0 ? windows_.erase(in) : std::next(in);
  }
  last_ = nullptr;
}

void KeyedValues::save(SnapshotWriter& to) const {
  to.number(windows_.size());
  for (const auto& [window, in] : windows_) {
    to.time(window);
    to.number(in.size());
    in.for_each([&](weir_slice key, weir_slice stored) {
      to.text(text(key));
      to.text(text(stored));
    });
  }
}

void KeyedValues::load(SnapshotReader& from, const KeyFilter& mine) {
  for (std::uint64_t windows = from.number(); windows > 0; --windows) {
    const std::int64_t window = from.time();
    KeyedTable* in = nullptr;
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::string_view key = from.text();
      const std::string_view stored = from.text();
      if (!mine(key)) continue;
      if (in == nullptr) in = &windows_[window];
      std::size_t held = 0;
      char* const at = in->room(key, stored.size(), held);
      if (held != KeyedTable::kNone && !key.empty()) refuse_second(key);
      if (!stored.empty()) std::memcpy(at, stored.data(), stored.size());
    }
  }
  last_ = nullptr;
}

KeyedMaps::Map* KeyedMaps::find(std::string_view key, std::int64_t window) {
  const auto keys = windows_.find(window);
  if (keys == windows_.end()) return nullptr;
  const auto map = keys->second.find(key);
  return map == keys->second.end() ? nullptr : &map->second;
}

weir_slice KeyedMaps::get(std::string_view key, std::int64_t window, std::string_view field,
                          std::int64_t now) {
  Map* const map = find(key, window);
  if (map == nullptr) return {nullptr, 0};
  const auto found = map->find(field);
  if (found == map->end()) return {nullptr, 0};
  if (expired(found->second, now)) {
    map->erase(found);
    return {nullptr, 0};
  }
  if (options_.ttl_on_read) found->second.expires = end_of(now, options_.time_to_live);
  return {found->second.bytes.data(), found->second.bytes.size()};
}

void KeyedMaps::put(std::string_view key, std::int64_t window, std::string_view field, std::string_view value,
                    std::int64_t now) {
  Map* map = find(key, window);
  if (map == nullptr) map = &windows_[window][std::string(key)];
  auto at = map->find(field);
  if (at == map->end()) at = map->emplace(field, Value{}).first;
  at->second.bytes = value;
  at->second.expires = end_of(now, options_.time_to_live);
}

void KeyedMaps::erase(std::string_view key, std::int64_t window, std::string_view field) {
  Map* const map = find(key, window);
  if (map == nullptr) return;
  if (const auto at = map->find(field); at != map->end()) map->erase(at);
  if (map->empty()) erase(key, window);
}

void KeyedMaps::erase(std::string_view key, std::int64_t window) {
  const auto keys = windows_.find(window);
  if (keys == windows_.end()) return;
  if (const auto map = keys->second.find(key); map != keys->second.end()) keys->second.erase(map);
  if (keys->second.empty()) windows_.erase(keys);
}

void KeyedMaps::each(std::string_view key, std::int64_t window, std::int64_t now,
                     const std::function<void(weir_slice, weir_slice)>& visit) {
  Map* const map = find(key, window);
  if (map == nullptr) return;
  for (auto& [field, value] : *map) {
    if (expired(value, now)) continue;
    if (options_.ttl_on_read) value.expires = end_of(now, options_.time_to_live);
    visit({field.data(), field.size()}, {value.bytes.data(), value.bytes.size()});
  }
}

void KeyedMaps::each_key(std::int64_t window, std::int64_t now,
                         const std::function<void(weir_slice)>& visit) const {
  const auto keys = windows_.find(window);
  if (keys == windows_.end()) return;
  for (const auto& [key, map] : keys->second) {
    const auto lives = [&](const auto& field) { return !expired(field.second, now); };
    if (std::any_of(map.begin(), map.end(), lives)) visit({key.data(), key.size()});
  }
}

std::size_t KeyedMaps::size() const {
  std::size_t sum = 0;
  for (const auto& [window, keys] : windows_) sum += keys.size();
  return sum;
}

void KeyedMaps::expire(std::int64_t now) {
  if (options_.time_to_live == 0) return;
  for (auto keys = windows_.begin(); keys != windows_.end();) {
    for (auto map = keys->second.begin(); map != keys->second.end();) {
      std::erase_if(map->second, [&](const auto& field) { return expired(field.second, now); });
      map = map->second.empty() ? keys->second.erase(map) : std::next(map);
    }
    keys = keys->second.empty() ? windows_.erase(keys) : std::next(keys);
  }
}

void KeyedMaps::save(SnapshotWriter& to) const {
  to.number(size());
  for (const auto& [window, keys] : windows_) {
    for (const auto& [key, map] : keys) {
      to.text(key);
      to.time(window);
      to.number(map.size());
      for (const auto& [field, value] : map) {
        to.text(field);
        to.text(value.bytes);
        to.time(value.expires);
      }
    }
  }
}

void KeyedMaps::load(SnapshotReader& from, const KeyFilter& mine) {
  for (std::uint64_t maps = from.number(); maps > 0; --maps) {
    std::string key(from.text());
    const std::int64_t window = from.time();
    const bool is_mine = mine(key);
    Map others;
    if (is_mine && !key.empty() && find(key, window) != nullptr) refuse_second(key);
    auto& map = is_mine ? windows_[window][std::move(key)] : others;
    for (std::uint64_t left = from.number(); left > 0; --left) {
      std::string field(from.text());
      std::string bytes(from.text());
      map[std::move(field)] = {std::move(bytes), from.time()};
    }
  }
}

}  // namespace weir
