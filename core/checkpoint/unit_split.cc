// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/unit_split.h"

#include <weir/abi.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "checkpoint/checkpoint.h"
#include "state/snapshot.h"

namespace weir {
namespace {

/// Of something that is read: where it began, so that it can be copied as it is.
class Span {
 public:
  explicit Span(const SnapshotReader& from) : from_(from), begun_(from.rest()) {}
  std::string_view bytes() const { return begun_.substr(0, begun_.size() - from_.rest().size()); }

 private:
  const SnapshotReader& from_;
  std::string_view begun_;
};

std::string_view view_of(weir_slice s) {
  return {s.data, s.size};
}

/// Reads an origin; its partition, or nothing where there is none.
std::optional<std::int32_t> read_origin(SnapshotReader& from) {
  if (from.number() == 0) return std::nullopt;
  from.slice();
  from.slice();
  return static_cast<std::int32_t>(from.time());
}

/// Reads a record; the partition of its origin.
std::optional<std::int32_t> read_record(SnapshotReader& from) {
  from.slice();
  from.slice();
  from.time();
  from.time();
  for (std::uint64_t headers = from.number(); headers > 0; --headers) {
    from.slice();
    from.slice();
  }
  const auto partition = read_origin(from);
  if (from.number() != 0) {
    from.number();
    for (int texts = 4; texts > 0; --texts) from.slice();
    from.time();
    from.time();
  }
  return partition;
}

/// What stands behind a count: the parts of each unit, counted.
struct Part {
  std::uint64_t count = 0;
  SnapshotWriter bytes;

  void append_to(SnapshotWriter& to) const {
    to.number(count);
    to.raw(bytes.bytes());
  }
};

class Splitter {
 public:
  Splitter(std::string_view snapshot, const UnitSplit& split)
      : from_(snapshot), split_(split), to_(split.units.size()) {
    for (std::size_t i = 0; i < split.units.size(); ++i) places_[split.units[i]] = i;
  }

  std::vector<std::string> run() {
    const std::uint64_t kind = from_.number();
    if (kind == kWaitingWork) {
      work();
    } else {
      stage(kind != 0);
    }
    std::vector<std::string> texts;
    for (auto& writer : to_) texts.push_back(writer.take());
    return texts;
  }

 private:
  using Place = std::optional<std::size_t>;

  Place at(std::int32_t unit) const {
    const auto found = places_.find(unit);
    return found == places_.end() ? Place() : found->second;
  }
  Place of_key(std::string_view key) const { return at(split_.unit_of(key)); }
  Place of_record(std::optional<std::int32_t> partition) const {
    return partition ? at(*partition) : Place(0);
  }

  /// The same to each.
  template <class Write>
  void each(Write&& write) {
    for (auto& writer : to_) write(writer);
  }
  void append(const std::vector<Part>& parts) {
    for (std::size_t i = 0; i < to_.size(); ++i) parts[i].append_to(to_[i]);
  }
  std::vector<Part> parts() const { return std::vector<Part>(to_.size()); }

  static void add(std::vector<Part>& parts, Place place, std::string_view bytes) {
    if (!place) return;
    ++parts[*place].count;
    parts[*place].bytes.raw(bytes);
  }
  static void add_to_all(std::vector<Part>& parts, std::string_view bytes) {
    for (std::size_t i = 0; i < parts.size(); ++i) add(parts, i, bytes);
  }

  /// The records that stand here, each in its origin's unit.
  std::vector<Part> records() {
    auto sorted = parts();
    for (std::uint64_t left = from_.number(); left > 0; --left) {
      const Span record(from_);
      const auto partition = read_record(from_);
      add(sorted, of_record(partition), record.bytes());
    }
    return sorted;
  }
  /// The same, all in one unit.
  std::vector<Part> records_in(Place place) {
    auto sorted = parts();
    for (std::uint64_t left = from_.number(); left > 0; --left) {
      const Span record(from_);
      read_record(from_);
      add(sorted, place, record.bytes());
    }
    return sorted;
  }

  void work() {
    auto works = parts();
    for (std::uint64_t left = from_.number(); left > 0; --left) {
      const Span head(from_);
      from_.number();
      from_.number();
      const weir_slice key = from_.slice();
      from_.time();
      from_.time();
      const std::string_view head_bytes = head.bytes();
      const auto sorted = key.data != nullptr ? records_in(of_key(view_of(key))) : records();
      for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (sorted[i].count == 0) continue;
        ++works[i].count;
        works[i].bytes.raw(head_bytes);
        sorted[i].append_to(works[i].bytes);
      }
    }
    for (std::size_t i = 0; i < works.size(); ++i) {
      if (works[i].count == 0) continue;
      to_[i].number(kWaitingWork);
      works[i].append_to(to_[i]);
    }
  }

  void stage(bool stateful) {
    const std::uint64_t timed = from_.number();
    each([&](SnapshotWriter& to) {
      to.number(stateful ? 1 : 0);
      to.number(timed);
    });
    if (timed != 0) event_times();
    if (!stateful) return;
    time();
    timers();
    timers();
    lists();
    states();
  }

  void time() {
    const std::int64_t time = from_.time();
    for (std::size_t i = 0; i < to_.size(); ++i)
      to_[i].time(split_.time_of ? split_.time_of(split_.units[i], time) : time);
  }

  void event_times() {
    const std::int64_t time = from_.time();
    each([&](SnapshotWriter& to) { to.time(time); });
    auto origins = parts();
    for (std::uint64_t left = from_.number(); left > 0; --left) {
      const Span origin(from_);
      const auto partition = read_origin(from_);
      from_.time();
      from_.number();
      add(origins, partition ? at(*partition) : Place(), origin.bytes());
    }
    append(origins);
  }

  void timers() {
    auto sorted = parts();
    for (std::uint64_t left = from_.number(); left > 0; --left) {
      const Span timer(from_);
      from_.time();
      from_.number();
      const weir_slice key = from_.slice();
      if (key.data == nullptr) {
        add_to_all(sorted, timer.bytes());
      } else {
        add(sorted, of_key(view_of(key)), timer.bytes());
      }
    }
    append(sorted);
  }

  void lists() {
    auto sorted = parts();
    for (std::uint64_t left = from_.number(); left > 0; --left) {
      const Span head(from_);
      const std::string_view key = from_.text();
      from_.time();
      const std::string_view head_bytes = head.bytes();
      // An absent key is written as an empty one.
      const auto of_units = key.empty() ? records() : records_in(of_key(key));
      for (std::size_t i = 0; i < of_units.size(); ++i) {
        if (of_units[i].count == 0) continue;
        ++sorted[i].count;
        sorted[i].bytes.raw(head_bytes);
        of_units[i].append_to(sorted[i].bytes);
      }
    }
    append(sorted);
  }

  void states() {
    const std::uint64_t count = from_.number();
    each([&](SnapshotWriter& to) { to.number(count); });
    for (std::uint64_t left = count; left > 0; --left) {
      const std::string_view name = from_.text();
      SnapshotReader state(from_.text());
      const Span head(state);
      const std::uint64_t kind = state.number();
      state.time();
      const bool keyless = state.number() != 0;
      for (std::uint64_t ends = state.number(); ends > 0; --ends) {
        state.time();
        state.time();
      }
      const std::string_view head_bytes = head.bytes();
      const auto entries = kind == WEIR_MAP_STATE ? maps(state, keyless) : values(state, keyless);
      for (std::size_t i = 0; i < to_.size(); ++i) {
        to_[i].text(name);
        const std::size_t begun = to_[i].begin_text();
        to_[i].raw(head_bytes);
        entries[i].append_to(to_[i]);
        to_[i].end_text(begun);
      }
    }
  }

  void add_entry(std::vector<Part>& parts, std::string_view key, bool keyless, std::string_view bytes) const {
    if (keyless && key.empty()) {
      add_to_all(parts, bytes);
    } else {
      add(parts, of_key(key), bytes);
    }
  }

  std::vector<Part> values(SnapshotReader& from, bool keyless) const {
    auto windows = parts();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::int64_t window = from.time();
      auto entries = parts();
      for (std::uint64_t n = from.number(); n > 0; --n) {
        const Span entry(from);
        const std::string_view key = from.text();
        from.text();
        add_entry(entries, key, keyless, entry.bytes());
      }
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].count == 0) continue;
        ++windows[i].count;
        windows[i].bytes.time(window);
        entries[i].append_to(windows[i].bytes);
      }
    }
    return windows;
  }

  std::vector<Part> maps(SnapshotReader& from, bool keyless) const {
    auto sorted = parts();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const Span map(from);
      const std::string_view key = from.text();
      from.time();
      for (std::uint64_t fields = from.number(); fields > 0; --fields) {
        from.text();
        from.text();
        from.time();
      }
      add_entry(sorted, key, keyless, map.bytes());
    }
    return sorted;
  }

  SnapshotReader from_;
  const UnitSplit& split_;
  std::vector<SnapshotWriter> to_;
  std::map<std::int32_t, std::size_t> places_;
};

}  // namespace

std::vector<std::string> split_snapshot(std::string_view snapshot, const UnitSplit& split) {
  return Splitter(snapshot, split).run();
}

}  // namespace weir
