// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/snapshot_lines.h"

#include <weir/abi.h>

#include <map>
#include <stdexcept>
#include <utility>

#include "checkpoint/json_bytes.h"
#include "state/snapshot.h"
#include "state/store/stage_store.h"
#include "state/store/stored_part.h"

namespace weir {
namespace {

using nlohmann::json;

// Both directions of each part stand together: they follow the order in which nodes write their snapshots.

json slice_to_json(SnapshotReader& from) {
  const weir_slice s = from.slice();
  return s.data == nullptr ? json() : bytes_to_json({s.data, s.size});
}
void slice_from_json(const json& slice, SnapshotWriter& to) {
  if (slice.is_null()) return to.slice({nullptr, 0});
  const std::string bytes = bytes_from_json(slice);
  to.slice({bytes.data(), bytes.size()});
}

json origin_to_json(SnapshotReader& from) {
  if (from.number() == 0) return {};
  json origin;
  origin["source"] = slice_to_json(from);
  origin["name"] = slice_to_json(from);
  origin["partition"] = from.time();
  return origin;
}
void origin_from_json(const json& origin, SnapshotWriter& to) {
  to.number(origin.is_null() ? 0 : 1);
  if (origin.is_null()) return;
  slice_from_json(origin.at("source"), to);
  slice_from_json(origin.at("name"), to);
  to.time(origin.at("partition").get<std::int64_t>());
}

json timer_to_json(SnapshotReader& from, const char* domain) {
  json timer{{"domain", domain}};
  timer["time"] = from.time();
  timer["order"] = from.number();
  timer["key"] = slice_to_json(from);
  return timer;
}
void timers_from_json(const std::vector<json>& timers, SnapshotWriter& to) {
  to.number(timers.size());
  for (const auto& timer : timers) {
    to.time(timer.at("time").get<std::int64_t>());
    to.number(timer.at("order").get<std::uint64_t>());
    slice_from_json(timer.at("key"), to);
  }
}

constexpr const char* kFailureTexts[] = {"stage", "port", "code", "message"};

json record_to_json(SnapshotReader& from) {
  json record;
  record["value"] = slice_to_json(from);
  record["key"] = slice_to_json(from);
  record["position"] = from.time();
  record["event_time"] = from.time();
  auto& headers = record["headers"] = json::array();
  for (std::uint64_t left = from.number(); left > 0; --left) {
    json name = slice_to_json(from);
    headers.push_back({std::move(name), slice_to_json(from)});
  }
  record["origin"] = origin_to_json(from);
  auto& failure = record["failure"] = json();
  if (from.number() == 0) return record;
  failure["attempts"] = from.number();
  for (const char* text : kFailureTexts) failure[text] = slice_to_json(from);
  failure["first_time"] = from.time();
  failure["last_time"] = from.time();
  return record;
}
void record_from_json(const json& record, SnapshotWriter& to) {
  slice_from_json(record.at("value"), to);
  slice_from_json(record.at("key"), to);
  to.time(record.at("position").get<std::int64_t>());
  to.time(record.at("event_time").get<std::int64_t>());
  to.number(record.at("headers").size());
  for (const auto& header : record.at("headers")) {
    slice_from_json(header.at(0), to);
    slice_from_json(header.at(1), to);
  }
  origin_from_json(record.at("origin"), to);
  const json& failure = record.at("failure");
  to.number(failure.is_null() ? 0 : 1);
  if (failure.is_null()) return;
  to.number(failure.at("attempts").get<std::uint64_t>());
  for (const char* text : kFailureTexts) slice_from_json(failure.at(text), to);
  to.time(failure.at("first_time").get<std::int64_t>());
  to.time(failure.at("last_time").get<std::int64_t>());
}

/// Entries by the list or window that they stand in, in the order of their first.
template <class Id>
std::vector<std::pair<Id, std::vector<const json*>>> grouped(const std::vector<json>& entries,
                                                             const std::function<Id(const json&)>& id_of) {
  std::vector<std::pair<Id, std::vector<const json*>>> groups;
  std::map<Id, std::size_t> places;
  for (const auto& entry : entries) {
    const auto [place, added] = places.emplace(id_of(entry), groups.size());
    if (added) groups.push_back({place->first, {}});
    groups[place->second].second.push_back(&entry);
  }
  return groups;
}

using Write = std::function<void(const char* kind, json what)>;

void values_to_lines(SnapshotReader& from, const Write& write) {
  for (std::uint64_t windows = from.number(); windows > 0; --windows) {
    const std::int64_t window = from.time();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      json entry{{"window", window}, {"key", bytes_to_json(from.text())}};
      entry["value"] = bytes_to_json(from.text());
      write("entry", std::move(entry));
    }
  }
}
void values_from_lines(const std::vector<json>& entries, SnapshotWriter& to) {
  const auto windows =
      grouped<std::int64_t>(entries, [](const json& e) { return e.at("window").get<std::int64_t>(); });
  to.number(windows.size());
  for (const auto& [window, of] : windows) {
    to.time(window);
    to.number(of.size());
    for (const json* entry : of) {
      to.text(bytes_from_json(entry->at("key")));
      to.text(bytes_from_json(entry->at("value")));
    }
  }
}

void maps_to_lines(SnapshotReader& from, const Write& write) {
  for (std::uint64_t maps = from.number(); maps > 0; --maps) {
    json entry{{"key", bytes_to_json(from.text())}};
    entry["window"] = from.time();
    auto& fields = entry["fields"] = json::array();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      json field{{"field", bytes_to_json(from.text())}};
      field["value"] = bytes_to_json(from.text());
      field["expires"] = from.time();
      fields.push_back(std::move(field));
    }
    write("entry", std::move(entry));
  }
}
void maps_from_lines(const std::vector<json>& entries, SnapshotWriter& to) {
  to.number(entries.size());
  for (const auto& entry : entries) {
    to.text(bytes_from_json(entry.at("key")));
    to.time(entry.at("window").get<std::int64_t>());
    to.number(entry.at("fields").size());
    for (const auto& field : entry.at("fields")) {
      to.text(bytes_from_json(field.at("field")));
      to.text(bytes_from_json(field.at("value")));
      to.time(field.at("expires").get<std::int64_t>());
    }
  }
}

void stored_lists_to_lines(KeyValueStore& store, const Write& write) {
  each_stored_record(store, [&](std::string_view key, std::int64_t window, std::string_view record) {
    SnapshotReader from(record);
    write("record",
          {{"list", {{"key", bytes_to_json(key)}, {"window", window}}}, {"record", record_to_json(from)}});
  });
}

/// As runtime/worker_node.h has it.
constexpr std::uint64_t kWaitingWork = 2;
/// As runtime/standstill.cc has them.
constexpr std::uint64_t kGroupWork = 1, kBroadcastWork = 2;

void works_to_lines(SnapshotReader& from, const Write& write) {
  for (std::uint64_t left = from.number(); left > 0; --left) {
    const std::uint64_t kind = from.number();
    json work{{"group", (kind & kGroupWork) != 0}, {"broadcast", (kind & kBroadcastWork) != 0}};
    work["input"] = from.number();
    work["key"] = slice_to_json(from);
    work["start"] = from.time();
    work["end"] = from.time();
    auto& records = work["records"] = json::array();
    for (std::uint64_t n = from.number(); n > 0; --n) records.push_back(record_to_json(from));
    write("work", std::move(work));
  }
}
void works_from_lines(const std::vector<json>& works, SnapshotWriter& to) {
  to.number(works.size());
  for (const auto& work : works) {
    to.number((work.at("group").get<bool>() ? kGroupWork : 0) |
              (work.value("broadcast", false) ? kBroadcastWork : 0));
    to.number(work.at("input").get<std::uint64_t>());
    slice_from_json(work.at("key"), to);
    to.time(work.at("start").get<std::int64_t>());
    to.time(work.at("end").get<std::int64_t>());
    to.number(work.at("records").size());
    for (const auto& record : work.at("records")) record_from_json(record, to);
  }
}

}  // namespace

void snapshot_to_lines(std::size_t task, const Checkpoint::StageState& state, const OpenStored& open,
                       const Write& write) {
  const DividedSnapshot divided = divide_snapshot(state.snapshot);
  SnapshotReader from(divided.text);
  const std::uint64_t first = from.number();
  if (first == kWaitingWork) {
    write("stage", {{"task", task}, {"name", state.stage}, {"shape", state.shape}, {"waiting", true}});
    return works_to_lines(from, write);
  }
  const bool stateful = first != 0;
  const bool timed = from.number() != 0;
  json stage{{"task", task}, {"name", state.stage}, {"shape", state.shape}, {"stateful", stateful}};
  std::vector<json> times;
  if (timed) {
    stage["event_time"] = from.time();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      json time{{"origin", origin_to_json(from)}};
      time["latest"] = from.time();
      time["idle"] = from.number() != 0;
      times.push_back(std::move(time));
    }
  }
  if (stateful) stage["watermark"] = from.time();
  write("stage", std::move(stage));
  for (auto& time : times) write("event_time", std::move(time));
  if (!stateful) return;
  for (const char* domain : {"processing", "event"}) {
    for (std::uint64_t left = from.number(); left > 0; --left) write("timer", timer_to_json(from, domain));
  }
  for (std::uint64_t lists = from.number(); lists > 0; --lists) {
    const json key = bytes_to_json(from.text());
    const std::int64_t window = from.time();
    for (std::uint64_t left = from.number(); left > 0; --left)
      write("record", {{"list", {{"key", key}, {"window", window}}}, {"record", record_to_json(from)}});
  }
  const auto store = divided.stored ? open(divided.stored->folder) : nullptr;
  if (store != nullptr) stored_lists_to_lines(*store, write);
  for (std::uint64_t states = from.number(); states > 0; --states) {
    const std::string name(from.text());
    json head{{"name", name}};
    SnapshotReader one(from.text());
    const std::uint64_t kind = one.number();
    head["kind"] = kind == WEIR_MAP_STATE ? "map" : "value";
    head["time_to_live"] = one.time();
    head["keyless"] = one.number() != 0;
    head["forgets"] = json::array();
    for (std::uint64_t left = one.number(); left > 0; --left) {
      const std::int64_t window = one.time();
      head["forgets"].push_back({{"window", window}, {"at", one.time()}});
    }
    write("state", std::move(head));
    kind == WEIR_MAP_STATE ? maps_to_lines(one, write) : values_to_lines(one, write);
    if (store == nullptr) continue;
    each_stored_entry(*store, kind == WEIR_MAP_STATE, name, [&](const std::string& entries) {
      SnapshotReader some(entries);
      kind == WEIR_MAP_STATE ? maps_to_lines(some, write) : values_to_lines(some, write);
    });
  }
  if (from.at_end()) return;
  write("standstill", json::object());
  works_to_lines(from, write);
}

void SnapshotFromLines::take(const std::string& kind, const json& what) {
  if (kind == "event_time") {
    times_.push_back(what);
  } else if (kind == "timer") {
    (what.at("domain") == "event" ? event_timers_ : timers_).push_back(what);
  } else if (kind == "standstill") {
    standstill_ = true;
  } else if (kind == "work") {
    works_.push_back(what);
  } else if (kind == "record") {
    records_.push_back(what);
  } else if (kind == "state") {
    states_.push_back({what, {}});
  } else if (kind == "entry" && !states_.empty()) {
    states_.back().entries.push_back(what);
  } else {
    throw std::invalid_argument("'" + kind + "' is no kind of line that can stand here");
  }
}

Checkpoint::StageState SnapshotFromLines::finish() const {
  SnapshotWriter to;
  if (stage_.contains("waiting")) {
    to.number(kWaitingWork);
    works_from_lines(works_, to);
    return {stage_.at("name").get<std::string>(), stage_.at("shape").get<std::string>(), to.take()};
  }
  const bool stateful = stage_.at("stateful").get<bool>();
  const bool timed = stage_.contains("event_time");
  to.number(stateful ? 1 : 0);
  to.number(timed ? 1 : 0);
  if (timed) {
    to.time(stage_.at("event_time").get<std::int64_t>());
    to.number(times_.size());
    for (const auto& time : times_) {
      origin_from_json(time.at("origin"), to);
      to.time(time.at("latest").get<std::int64_t>());
      to.number(time.at("idle").get<bool>() ? 1 : 0);
    }
  }
  Checkpoint::StageState state{
      stage_.at("name").get<std::string>(), stage_.at("shape").get<std::string>(), {}};
  if (stateful) {
    to.time(stage_.at("watermark").get<std::int64_t>());
    timers_from_json(timers_, to);
    timers_from_json(event_timers_, to);
    using List = std::pair<std::string, std::int64_t>;
    const auto lists = grouped<List>(records_, [](const json& record) {
      const json& list = record.at("list");
      return List(bytes_from_json(list.at("key")), list.at("window").get<std::int64_t>());
    });
    to.number(lists.size());
    for (const auto& [list, of] : lists) {
      to.text(list.first);
      to.time(list.second);
      to.number(of.size());
      for (const json* record : of) record_from_json(record->at("record"), to);
    }
    to.number(states_.size());
    for (const auto& [head, entries] : states_) {
      const bool map = head.at("kind") == "map";
      SnapshotWriter one;
      one.number(map ? WEIR_MAP_STATE : WEIR_VALUE_STATE);
      one.time(head.at("time_to_live").get<std::int64_t>());
      one.number(head.at("keyless").get<bool>() ? 1 : 0);
      one.number(head.at("forgets").size());
      for (const json& end : head.at("forgets")) {
        one.time(end.at("window").get<std::int64_t>());
        one.time(end.at("at").get<std::int64_t>());
      }
      map ? maps_from_lines(entries, one) : values_from_lines(entries, one);
      to.text(head.at("name").get<std::string>());
      to.text(one.bytes());
    }
    if (standstill_) works_from_lines(works_, to);
  }
  state.snapshot = to.take();
  return state;
}

}  // namespace weir
