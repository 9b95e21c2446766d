// SPDX-License-Identifier: Apache-2.0
#include "state/keyed_maps.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {

KeyedMaps::Window* KeyedMaps::find(std::int64_t window) {
  const auto found = windows_.find(window);
  return found == windows_.end() ? nullptr : &found->second;
}

KeyedMaps::Map* KeyedMaps::find(Window& in, std::string_view key) {
  const auto map = in.keys.find(key);
  return map == in.keys.end() ? nullptr : &map->second;
}

/// Null where all counts as changed. When that is most of it, it does: then it is no dearer to save.
KeyedMaps::Change* KeyedMaps::change_of(Window& in, std::string_view key) {
  constexpr std::size_t kFew = 16;
  if (in.all_changed) return nullptr;
  if (const auto known = in.changed.find(key); known != in.changed.end()) return &known->second;
  if (in.changed.size() >= kFew + in.keys.size() / 2) {
    in.all_changed = true;
    in.changed.clear();
    return nullptr;
  }
  return &in.changed[std::string(key)];
}

/// The field has been written.
void KeyedMaps::note(Window& in, std::string_view key, Map::value_type& field) {
  if (in.all_changed || field.second.noted == saves_) return;
  field.second.noted = saves_;
  if (Change* const change = change_of(in, key); change != nullptr && !change->whole)
    change->fields.insert(field.first);
}

void KeyedMaps::erase_field(Window& in, std::string_view key, Map& map, Map::iterator field) {
  if (Change* const change = change_of(in, key); change != nullptr && !change->whole)
    change->fields.insert(field->first);
  map.erase(field);
}

void KeyedMaps::erase_map(Window& in, ByKey<Map>::iterator map) {
  if (Change* const change = change_of(in, map->first); change != nullptr) *change = {true, {}};
  in.keys.erase(map);
}

void KeyedMaps::drop(std::unordered_map<std::int64_t, Window>::iterator window) {
  if (window->second.saved) dropped_.push_back(window->first);
  windows_.erase(window);
}

weir_slice KeyedMaps::get(std::string_view key, std::int64_t window, std::string_view field,
                          std::int64_t now) {
  Window* const in = find(window);
  Map* const map = in == nullptr ? nullptr : find(*in, key);
  if (map == nullptr) return {nullptr, 0};
  const auto found = map->find(field);
  if (found == map->end()) return {nullptr, 0};
  if (expired(found->second, now)) {
    erase_field(*in, key, *map, found);
    return {nullptr, 0};
  }
  if (options_.ttl_on_read) {
    found->second.expires = options_.end_of(now);
    note(*in, key, *found);
  }
  return {found->second.bytes.data(), found->second.bytes.size()};
}

void KeyedMaps::put(std::string_view key, std::int64_t window, std::string_view field, std::string_view value,
                    std::int64_t now) {
  Window& in = windows_[window];
  Map* map = find(in, key);
  if (map == nullptr) map = &in.keys[std::string(key)];
  auto at = map->find(field);
  if (at == map->end()) at = map->emplace(field, Value{}).first;
  at->second.bytes = value;
  at->second.expires = options_.end_of(now);
  note(in, key, *at);
}

void KeyedMaps::erase(std::string_view key, std::int64_t window, std::string_view field) {
  Window* const in = find(window);
  Map* const map = in == nullptr ? nullptr : find(*in, key);
  if (map == nullptr) return;
  if (const auto at = map->find(field); at != map->end()) erase_field(*in, key, *map, at);
  if (map->empty()) erase(key, window);
}

void KeyedMaps::erase(std::string_view key, std::int64_t window) {
  const auto in = windows_.find(window);
  if (in == windows_.end()) return;
  if (const auto map = in->second.keys.find(key); map != in->second.keys.end()) erase_map(in->second, map);
  if (in->second.keys.empty()) drop(in);
}

void KeyedMaps::each(std::string_view key, std::int64_t window, std::int64_t now,
                     const std::function<void(weir_slice, weir_slice)>& visit) {
  Window* const in = find(window);
  Map* const map = in == nullptr ? nullptr : find(*in, key);
  if (map == nullptr) return;
  for (auto& field : *map) {
    Value& value = field.second;
    if (expired(value, now)) continue;
    if (options_.ttl_on_read) {
      value.expires = options_.end_of(now);
      note(*in, key, field);
    }
    visit({field.first.data(), field.first.size()}, {value.bytes.data(), value.bytes.size()});
  }
}

void KeyedMaps::each_key(std::int64_t window, std::int64_t now,
                         const std::function<void(weir_slice)>& visit) const {
  const auto in = windows_.find(window);
  if (in == windows_.end()) return;
  for (const auto& [key, map] : in->second.keys) {
    const auto lives = [&](const auto& field) { return !expired(field.second, now); };
    if (std::any_of(map.begin(), map.end(), lives)) visit({key.data(), key.size()});
  }
}

void KeyedMaps::forget_window(std::int64_t window) {
  if (const auto found = windows_.find(window); found != windows_.end()) drop(found);
}

std::size_t KeyedMaps::size() const {
  std::size_t sum = 0;
  for (const auto& [window, in] : windows_) sum += in.keys.size();
  return sum;
}

void KeyedMaps::expire(std::int64_t now) {
  if (options_.time_to_live == 0) return;
  for (auto in = windows_.begin(); in != windows_.end();) {
    Window& window = in->second;
    for (auto map = window.keys.begin(); map != window.keys.end();) {
      const auto next = std::next(map);
      for (auto field = map->second.begin(); field != map->second.end();) {
        const auto at = field++;
        if (expired(at->second, now)) erase_field(window, map->first, map->second, at);
      }
      if (map->second.empty()) erase_map(window, map);
      map = next;
    }
    const auto next = std::next(in);
    if (window.keys.empty()) drop(in);
    in = next;
  }
}

void KeyedMaps::save_field(SnapshotWriter& to, const Map::value_type& field) {
  to.text(field.first);
  to.text(field.second.bytes);
  to.time(field.second.expires);
}

void KeyedMaps::save_map(SnapshotWriter& to, const Map& map) {
  to.number(map.size());
  for (const auto& field : map) save_field(to, field);
}

void KeyedMaps::save_change(SnapshotWriter& to, Window& in, const std::string& key, const Change& change) {
  to.text(key);
  const Map* const map = find(in, key);
  if (map == nullptr) return to.number(kGone);
  to.number(change.whole ? kWhole : kFields);
  if (change.whole) return save_map(to, *map);
  to.number(change.fields.size());
  for (const auto& name : change.fields) {
    const auto field = map->find(name);
    to.number(field == map->end() ? kGone : kWhole);
    field == map->end() ? to.text(name) : save_field(to, *field);
  }
}

void KeyedMaps::save(SnapshotWriter& to, bool changes) {
  if (changes) {
    to.number(dropped_.size());
    for (const std::int64_t window : dropped_) to.time(window);
    to.number(static_cast<std::uint64_t>(std::count_if(windows_.begin(), windows_.end(), [](const auto& in) {
      return in.second.all_changed || !in.second.changed.empty();
    })));
  } else {
    to.number(size());
  }
  for (auto& [window, in] : windows_) {
    if (!changes) {
      for (const auto& [key, map] : in.keys) {
        to.text(key);
        to.time(window);
        save_map(to, map);
      }
    } else if (in.all_changed || !in.changed.empty()) {
      to.time(window);
      to.number(in.all_changed ? 1 : 0);
      to.number(in.all_changed ? in.keys.size() : in.changed.size());
      if (in.all_changed) {
        for (const auto& [key, map] : in.keys) {
          to.text(key);
          save_map(to, map);
        }
      }
      for (const auto& [key, change] : in.changed) save_change(to, in, key, change);
    }
    in.saved = true;
    in.all_changed = false;
    in.changed.clear();
  }
  dropped_.clear();
  ++saves_;
}

void KeyedMaps::load_fields(SnapshotReader& from, Map& map) {
  for (std::uint64_t left = from.number(); left > 0; --left) {
    std::string field(from.text());
    std::string bytes(from.text());
    map[std::move(field)] = {std::move(bytes), from.time()};
  }
}

void KeyedMaps::load(SnapshotReader& from, const KeyFilter& mine) {
  for (std::uint64_t maps = from.number(); maps > 0; --maps) {
    std::string key(from.text());
    const std::int64_t window = from.time();
    Map others;
    load_fields(from, mine(key) ? windows_[window].keys[std::move(key)] : others);
  }
}

void KeyedMaps::load_changes(SnapshotReader& from, const KeyFilter& mine) {
  for (std::uint64_t dropped = from.number(); dropped > 0; --dropped) windows_.erase(from.time());
  for (std::uint64_t windows = from.number(); windows > 0; --windows) {
    const std::int64_t window = from.time();
    const bool whole = from.number() != 0;
    auto& keys = windows_[window].keys;
    if (whole) keys.clear();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::string key(from.text());
      const std::uint64_t what = whole ? kWhole : from.number();
      if (what != kFields) keys.erase(key);
      if (what == kGone) continue;
      Map others;
      Map& map = mine(key) ? keys[key] : others;
      if (what == kWhole) {
        load_fields(from, map);
        continue;
      }
      for (std::uint64_t fields = from.number(); fields > 0; --fields) {
        const bool gone = from.number() == kGone;
        std::string field(from.text());
        if (gone) {
          map.erase(field);
          continue;
        }
        std::string bytes(from.text());
        map[std::move(field)] = {std::move(bytes), from.time()};
      }
    }
    if (keys.empty()) windows_.erase(window);
  }
}

void KeyedMaps::merge(KeyedMaps&& other) {
  for (auto& [window, theirs] : other.windows_) {
    auto& keys = windows_[window].keys;
    for (auto& [key, map] : theirs.keys) {
      const auto [mine, added] = keys.try_emplace(key);
      if (!added && !key.empty()) refuse_second(key);
      if (added) {
        mine->second = std::move(map);
      } else {
        for (auto& [field, value] : map) mine->second[field] = std::move(value);
      }
    }
  }
}

}  // namespace weir
