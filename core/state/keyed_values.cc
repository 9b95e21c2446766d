// SPDX-License-Identifier: Apache-2.0
#include "state/keyed_values.h"

#include <cstring>
#include <iterator>
#include <utility>

namespace weir {
namespace {

/// So many entries are written while the stream waits: less than copying the chunks that they stand in.
constexpr std::size_t kWrittenAtOnce = 16 * 1024;

std::string_view text(weir_slice s) {
  return {s.data, s.size};
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
  const std::int64_t at = options_.end_of(now);
  std::memcpy(stored, &at, sizeof at);
}

weir_slice KeyedValues::get(std::string_view key, std::int64_t window, std::int64_t now) {
  ++asked_;
  KeyedTable* const in = table(window);
  if (in == nullptr) return {nullptr, 0};
  weir_slice stored = in->find(key);
  if (stored.data == nullptr) return stored;
  if (expired(stored, now)) {
    in->erase(key);
    return {nullptr, 0};
  }
  if (options_.ttl_on_read && options_.time_to_live != 0) {
    std::size_t held = 0;
    char* const at = in->room(key, stored.size, held);
    renew(at, now);
    stored.data = at;
  }
  return {stored.data + prefix(), stored.size - prefix()};
}

char* KeyedValues::room(std::string_view key, std::int64_t window, std::size_t bytes, std::size_t& held,
                        std::int64_t now) {
  ++asked_;
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
  drop(windows_.find(window));
}

void KeyedValues::each(std::int64_t window, std::int64_t now,
                       const std::function<void(weir_slice, weir_slice)>& visit) {
  KeyedTable* const in = table(window);
  if (in == nullptr) return;
  if (options_.ttl_on_read && options_.time_to_live != 0) {
    return in->rewrite_each([&](weir_slice key, char* at, std::size_t size) {
      if (expired({at, size}, now)) return;
      renew(at, now);
      visit(key, {at + prefix(), size - prefix()});
    });
  }
  in->for_each([&](weir_slice key, weir_slice stored) {
    if (!expired(stored, now)) visit(key, {stored.data + prefix(), stored.size - prefix()});
  });
}

void KeyedValues::forget_window(std::int64_t window) {
  if (const auto found = windows_.find(window); found != windows_.end()) drop(found);
}

void KeyedValues::drop(std::unordered_map<std::int64_t, KeyedTable>::iterator window) {
  if (window->second.was_frozen()) dropped_.push_back(window->first);
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
    const auto next = std::next(in);
    if (in->second.size() == 0) drop(in);
    in = next;
  }
}

KeyedValues::Frozen KeyedValues::freeze(bool changes) {
  Frozen frozen;
  frozen.changes_ = changes;
  if (changes) frozen.dropped_ = std::move(dropped_);
  dropped_.clear();
  std::size_t left = kWrittenAtOnce;
  for (auto& [window, in] : windows_) {
    if (changes && !in.has_changed()) continue;
    auto& one = frozen.windows_.emplace_back(Frozen::Window{window, in.freeze(), {}});
    const std::size_t count =
        changes && one.table.has_changes() ? one.table.change_count() : one.table.size();
    if (count > left) continue;
    left -= count;
    SnapshotWriter to;
    frozen.save(one, to);
    one.written = to.take();
    one.table = {};
    in.thaw();
  }
  return frozen;
}

void KeyedValues::thaw() {
  for (auto& [window, in] : windows_) in.thaw();
}

void KeyedValues::Frozen::save(SnapshotWriter& to) const {
  if (changes_) {
    to.number(dropped_.size());
    for (const std::int64_t window : dropped_) to.time(window);
  }
  to.number(windows_.size());
  for (const auto& window : windows_) window.written.empty() ? save(window, to) : to.raw(window.written);
}

void KeyedValues::Frozen::save(const Window& window, SnapshotWriter& to) const {
  const auto save_entry = [&](weir_slice key, weir_slice stored) {
    to.text(text(key));
    to.text(text(stored));
  };
  to.time(window.window);
  if (!changes_) {
    to.number(window.table.size());
    return window.table.for_each(save_entry);
  }
  to.number(window.table.has_changes() ? 0 : 1);
  if (window.table.has_changes()) {
    to.number(window.table.erased().size());
    for (const auto& key : window.table.erased()) to.text(key);
  }
  const std::size_t begun = to.begin_text();
  window.table.has_changes() ? window.table.for_each_changed(save_entry) : window.table.for_each(save_entry);
  to.end_text(begun);
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
      in->put(key, stored);
    }
  }
  last_ = nullptr;
}

void KeyedValues::load_changes(SnapshotReader& from, const KeyFilter& mine) {
  for (std::uint64_t dropped = from.number(); dropped > 0; --dropped) windows_.erase(from.time());
  for (std::uint64_t windows = from.number(); windows > 0; --windows) {
    const std::int64_t window = from.time();
    const bool whole = from.number() != 0;
    if (whole) windows_.erase(window);
    auto in = windows_.find(window);
    for (std::uint64_t erased = whole ? 0 : from.number(); erased > 0; --erased) {
      const std::string_view key = from.text();
      if (in != windows_.end()) in->second.erase(key);
    }
    for (SnapshotReader entries(from.text()); !entries.at_end();) {
      const std::string_view key = entries.text();
      const std::string_view stored = entries.text();
      if (!mine(key)) continue;
      if (in == windows_.end()) in = windows_.try_emplace(window).first;
      in->second.put(key, stored);
    }
    if (in != windows_.end() && in->second.size() == 0) windows_.erase(in);
  }
  last_ = nullptr;
}

void KeyedValues::merge(KeyedValues&& other) {
  last_ = nullptr;
  if (windows_.empty()) {
    windows_ = std::move(other.windows_);
    return;
  }
  for (auto& [window, theirs] : other.windows_) {
    const auto [mine, added] = windows_.try_emplace(window);
    if (added) {
      mine->second = std::move(theirs);
      continue;
    }
    theirs.for_each([&, in = &mine->second](weir_slice key, weir_slice stored) {
      if (key.size != 0 && in->find(text(key)).data != nullptr) refuse_second(text(key));
      in->put(text(key), text(stored));
    });
  }
}

}  // namespace weir
