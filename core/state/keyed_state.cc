// SPDX-License-Identifier: Apache-2.0
#include "state/keyed_state.h"

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
    const std::int64_t at = now + options_.time_to_live;
    std::size_t held = 0;
    std::memcpy(in->room(key, stored.size, held), &at, sizeof at);
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
  const std::int64_t expires = now + options_.time_to_live;
  std::memcpy(at, &expires, sizeof expires);
  return at + prefix();
}

void KeyedValues::erase(std::string_view key, std::int64_t window) {
  KeyedTable* const in = table(window);
  if (in == nullptr || !in->erase(key) || in->size() != 0) return;
  windows_.erase(window);
  last_ = nullptr;
}

void KeyedValues::each(std::int64_t window, bool erase, std::int64_t now,
                       const std::function<void(weir_slice, weir_slice)>& visit) {
  const KeyedTable* const in = table(window);
  if (in == nullptr) return;
  in->for_each([&](weir_slice key, weir_slice stored) {
    if (!expired(stored, now)) visit(key, {stored.data + prefix(), stored.size - prefix()});
  });
  if (!erase) return;
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

weir_slice KeyedMaps::get(std::string_view key, std::int64_t window, std::string_view field,
                          std::int64_t now) {
  const auto map = maps_.find(Id(key, window));
  if (map == maps_.end()) return {nullptr, 0};
  const auto found = map->second.find(field);
  if (found == map->second.end()) return {nullptr, 0};
  if (expired(found->second, now)) {
    map->second.erase(found);
    return {nullptr, 0};
  }
  if (options_.ttl_on_read) found->second.expires = now + options_.time_to_live;
  return {found->second.bytes.data(), found->second.bytes.size()};
}

void KeyedMaps::put(std::string_view key, std::int64_t window, std::string_view field, std::string_view value,
                    std::int64_t now) {
  auto& map = maps_[Id(key, window)];
  auto at = map.find(field);
  if (at == map.end()) at = map.emplace(field, Value{}).first;
  at->second.bytes = value;
  at->second.expires = now + options_.time_to_live;
}

void KeyedMaps::erase(std::string_view key, std::int64_t window, std::string_view field) {
  const auto map = maps_.find(Id(key, window));
  if (map == maps_.end()) return;
  if (const auto at = map->second.find(field); at != map->second.end()) map->second.erase(at);
  if (map->second.empty()) maps_.erase(map);
}

void KeyedMaps::erase(std::string_view key, std::int64_t window) {
  maps_.erase(Id(key, window));
}

void KeyedMaps::each(std::string_view key, std::int64_t window, std::int64_t now,
                     const std::function<void(weir_slice, weir_slice)>& visit) {
  const auto map = maps_.find(Id(key, window));
  if (map == maps_.end()) return;
  for (const auto& [field, value] : map->second) {
    if (expired(value, now)) continue;
    visit({field.data(), field.size()}, {value.bytes.data(), value.bytes.size()});
  }
}

void KeyedMaps::expire(std::int64_t now) {
  if (options_.time_to_live == 0) return;
  for (auto map = maps_.begin(); map != maps_.end();) {
    std::erase_if(map->second, [&](const auto& field) { return expired(field.second, now); });
    map = map->second.empty() ? maps_.erase(map) : std::next(map);
  }
}

void KeyedMaps::save(SnapshotWriter& to) const {
  to.number(maps_.size());
  for (const auto& [id, map] : maps_) {
    to.text(id.first);
    to.time(id.second);
    to.number(map.size());
    for (const auto& [field, value] : map) {
      to.text(field);
      to.text(value.bytes);
      to.time(value.expires);
    }
  }
}

void KeyedMaps::load(SnapshotReader& from, const KeyFilter& mine) {
  for (std::uint64_t maps = from.number(); maps > 0; --maps) {
    std::string key(from.text());
    const std::int64_t window = from.time();
    const bool is_mine = mine(key);
    Map others;
    if (is_mine && !key.empty() && maps_.find(Id(key, window)) != maps_.end()) refuse_second(key);
    auto& map = is_mine ? maps_[Id(std::move(key), window)] : others;
    for (std::uint64_t left = from.number(); left > 0; --left) {
      std::string field(from.text());
      std::string bytes(from.text());
      map[std::move(field)] = {std::move(bytes), from.time()};
    }
  }
}

}  // namespace weir
