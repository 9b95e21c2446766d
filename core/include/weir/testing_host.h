// SPDX-License-Identifier: Apache-2.0
//
// The host's functions of a test. Included by testing.h.
#pragma once

#include <weir/abi.h>
#include <weir/host_memory.h>
#include <weir/testing_items.h>
#include <weir/testing_state.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The test's side of a context: everything that a plugin does by its door is kept here.
struct weir_context {
  std::string stage_name = "stage", pipeline_name = "test";
  weir_place place{};
  weir::testing::TestClock clock;
  std::vector<std::string> port_names;
  std::map<std::string, std::vector<weir::testing::Item>> out;
  std::map<std::string, std::vector<weir::testing::GroupItem>> groups;
  std::string error_code, error_text;
  std::vector<std::pair<std::string, std::string>> problems;
  weir::testing::Kept kept;
  std::int64_t watermark = INT64_MIN;
  std::map<std::pair<std::string, std::int32_t>, std::unique_ptr<weir_origin>> origins;
  std::deque<std::string> names;
  std::map<std::string, std::int64_t> saved_positions;  // by "topic/partition"
  std::vector<std::vector<std::string>> taken_over;
  std::vector<std::vector<std::string>> given_up;
  std::function<void()> on_take_over;
  std::function<void()> on_give_up;
  std::mutex mutex;  // below: reached from several threads
  std::condition_variable changed;
  std::vector<std::string> log;
  std::map<std::string, std::unique_ptr<std::atomic<std::uint64_t>>> counters;
  std::uint64_t wakes = 0;
  bool aborted = false;
  std::int64_t slept = 0;

  std::string port_name(std::uint32_t port) const {
    if (port == WEIR_ERROR_PORT) return "error";
    if (port >= port_names.size())
      throw std::out_of_range("the plugin declares no port " + std::to_string(port));
    return port_names[port];
  }
  weir::testing::Kept::Timers& timers_of(weir_time_domain domain) {
    return domain == WEIR_EVENT_TIME ? kept.event_timers : kept.timers;
  }
  std::int64_t now() const { return clock.now().count(); }
  /// Forgets windows whose time has come. A test that tells event time works in that, others in processing
  /// time.
  void forget_windows(weir_time_domain domain, std::int64_t time) {
    if ((domain == WEIR_EVENT_TIME) != (watermark != INT64_MIN)) return;
    for (auto& [name, state] : kept.states) state.forget_windows(time);
  }
};

namespace weir::testing {

inline std::optional<std::string> text_of(weir_slice s) {
  return s.data == nullptr ? std::nullopt : std::optional(std::string(view(s)));
}

inline void add_state_functions(weir_host& h) {
  h.state_open = [](weir_context* c, weir_slice name, const weir_state_options* options) -> weir_state* {
    auto& state =
        c->kept.states.try_emplace(std::string(view(name)), weir_state{*options, {}, {}, {}}).first->second;
    return state.options.kind == options->kind ? &state : nullptr;
  };
  h.state_get = [](weir_context* c, weir_state* s, weir_slice key, int64_t w) -> weir_slice {
    const auto* kept = s->find(s->values, weir_state::Place(view(key), w), c->now());
    return kept == nullptr ? kAbsent : slice(kept->bytes);
  };
  h.state_room = [](weir_context* c, weir_state* s, weir_slice key, int64_t w, size_t bytes,
                    size_t* held) -> char* {
    const weir_state::Place place(view(key), w);
    const auto* before = s->find(s->values, place, c->now());
    *held = before == nullptr ? SIZE_MAX : before->bytes.size();
    auto& kept = s->values[place];
    s->renew(kept, c->now());
    kept.bytes.resize(bytes);
    return kept.bytes.data();
  };
  h.state_erase = [](weir_context*, weir_state* s, weir_slice key, int64_t w) {
    s->values.erase({std::string(view(key)), w});
    s->maps.erase({std::string(view(key)), w});
  };
  h.state_each = [](weir_context* c, weir_state* s, int64_t w, int erase, void* visitor, weir_visit visit) {
    for (const auto& [place, kept] : s->values) {
      if (place.second == w && kept.until > c->now()) visit(visitor, slice(place.first), slice(kept.bytes));
    }
    for (const auto& [place, map] : s->maps) {
      const auto lives = [&](const auto& field) { return field.second.until > c->now(); };
      if (place.second == w && std::any_of(map.begin(), map.end(), lives)) {
        visit(visitor, slice(place.first), kAbsent);
      }
    }
    if (erase == 0) return;
    std::erase_if(s->values, [&](const auto& v) { return v.first.second == w; });
    std::erase_if(s->maps, [&](const auto& m) { return m.first.second == w; });
  };
  h.map_get = [](weir_context* c, weir_state* s, weir_slice key, int64_t w, weir_slice field) -> weir_slice {
    const auto map = s->maps.find({std::string(view(key)), w});
    if (map == s->maps.end()) return kAbsent;
    const auto* kept = s->find(map->second, std::string(view(field)), c->now());
    return kept == nullptr ? kAbsent : slice(kept->bytes);
  };
  h.map_put = [](weir_context* c, weir_state* s, weir_slice key, int64_t w, weir_slice field,
                 weir_slice value) {
    auto& kept = s->maps[{std::string(view(key)), w}][std::string(view(field))];
    kept.bytes = view(value);
    s->renew(kept, c->now());
  };
  h.map_erase = [](weir_context*, weir_state* s, weir_slice key, int64_t w, weir_slice field) {
    const auto map = s->maps.find({std::string(view(key)), w});
    if (map == s->maps.end()) return;
    map->second.erase(std::string(view(field)));
    if (map->second.empty()) s->maps.erase(map);
  };
  h.map_each = [](weir_context* c, weir_state* s, weir_slice key, int64_t w, void* visitor,
                  weir_visit visit) {
    const auto map = s->maps.find({std::string(view(key)), w});
    if (map == s->maps.end()) return;
    for (auto& [field, kept] : map->second) {
      if (kept.until <= c->now()) continue;
      if (s->options.ttl_on_read != 0) s->renew(kept, c->now());
      visit(visitor, slice(field), slice(kept.bytes));
    }
  };
  h.state_forget_at = [](weir_context*, weir_state* s, int64_t w, int64_t at) { s->ends[w] = at; };
}

inline void emit_list(weir_context* c, std::uint32_t port, weir_slice key,
                      const std::vector<weir_record>& list, std::int64_t start, std::int64_t end) {
  GroupItem item{text_of(key), start, end, {}};
  for (const auto& r : list) item.records.emplace_back(r);
  c->groups[c->port_name(port)].push_back(std::move(item));
}

inline void add_list_functions(weir_host& h) {
  h.list_append = [](weir_context* c, weir_slice key, int64_t w, const weir_record* r, size_t n) -> size_t {
    auto& list = c->kept.lists.of[{std::string(view(key)), w}];
    host_memory::retain(r, n);
    list.insert(list.end(), r, r + n);
    return list.size();
  };
  h.list_emit = [](weir_context* c, uint32_t port, weir_slice key, int64_t w, int64_t start, int64_t end) {
    auto node = c->kept.lists.of.extract({std::string(view(key)), w});
    if (node.empty() || node.mapped().empty()) return;
    auto& list = node.mapped();
    emit_list(c, port, key, list, start, end);
    host_memory::release(list.data(), list.size());
  };
  h.list_clear = [](weir_context* c, weir_slice key, int64_t w) {
    auto node = c->kept.lists.of.extract({std::string(view(key)), w});
    if (!node.empty()) host_memory::release(node.mapped().data(), node.mapped().size());
  };
  h.list_show = [](weir_context* c, uint32_t port, weir_slice key, int64_t w, int64_t start, int64_t end) {
    const auto found = c->kept.lists.of.find({std::string(view(key)), w});
    if (found == c->kept.lists.of.end() || found->second.empty()) return;
    emit_list(c, port, key, found->second, start, end);
  };
  h.list_drop_front = [](weir_context* c, weir_slice key, int64_t w, size_t count) {
    const auto found = c->kept.lists.of.find({std::string(view(key)), w});
    if (found == c->kept.lists.of.end()) return;
    auto& list = found->second;
    count = std::min(count, list.size());
    host_memory::release(list.data(), count);
    list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count));
  };
  h.list_move = [](weir_context* c, weir_slice key, int64_t from, int64_t into) -> size_t {
    auto node = c->kept.lists.of.extract({std::string(view(key)), from});
    auto& list = c->kept.lists.of[{std::string(view(key)), into}];
    if (!node.empty()) list.insert(list.end(), node.mapped().begin(), node.mapped().end());
    return list.size();
  };
  h.list_records = [](weir_context* c, weir_slice key, int64_t w, size_t* count) -> const weir_record* {
    const auto found = c->kept.lists.of.find({std::string(view(key)), w});
    *count = found == c->kept.lists.of.end() ? 0 : found->second.size();
    return *count == 0 ? nullptr : found->second.data();
  };
}

/// The host's functions over a weir_context of this file.
inline const weir_host& host() {
  static const weir_host table = [] {
    weir_host h{};
    h.size = sizeof h;
    h.abi_major = WEIR_ABI_MAJOR;
    h.abi_minor = WEIR_ABI_MINOR;
    h.log = [](weir_context* c, weir_log_level, weir_slice line) {
      const std::lock_guard lock(c->mutex);
      c->log.emplace_back(view(line));
    };
    h.set_error = [](weir_context* c, weir_slice code, weir_slice text) {
      c->error_code = view(code);
      c->error_text = view(text);
    };
    h.problem = [](weir_context* c, weir_slice pointer, weir_slice text) {
      c->problems.emplace_back(view(pointer), view(text));
    };
    h.place = [](weir_context* c) -> const weir_place* { return &c->place; };
    h.block_new = host_memory::block_new;
    h.block_new_over = host_memory::block_new_over;
    h.block_retain = host_memory::block_retain;
    h.block_release = host_memory::block_release;
    h.block_is_unique = host_memory::block_is_unique;
    h.retain = host_memory::retain;
    h.release = host_memory::release;
    h.emit = [](weir_context* c, uint32_t port, const weir_record* r, size_t n) {
      auto& to = c->out[c->port_name(port)];
      for (size_t i = 0; i < n; ++i) to.emplace_back(r[i]);
    };
    h.emit_group = [](weir_context* c, uint32_t port, const weir_group* g) {
      emit_list(c, port, g->key, {g->records, g->records + g->count}, g->start, g->end);
    };
    h.fail = [](weir_context* c, uint32_t port, const weir_record* r, size_t n, weir_slice code,
                weir_slice text) {
      const std::string name = c->port_name(port);
      for (size_t i = 0; i < n; ++i) {
        const weir_record failed = host_memory::with_failure(
            r[i], {c->stage_name, name, view(code), view(text)}, c->clock.now().count());
        c->out[name].emplace_back(failed);
        host_memory::release(&failed, 1);
      }
    };
    h.now = [](weir_context* c) -> int64_t { return c->clock.now().count(); };
    h.sleep = [](weir_context* c, int64_t ms) -> int {
      const std::lock_guard lock(c->mutex);
      if (c->aborted) return 1;
      c->slept += ms;
      c->clock.set(c->clock.now() + std::chrono::milliseconds(ms));
      return 0;
    };
    h.timer_set = [](weir_context* c, weir_time_domain d, weir_slice key, int64_t at) {
      c->timers_of(d).emplace(at, text_of(key));
    };
    h.timer_delete = [](weir_context* c, weir_time_domain d, weir_slice key, int64_t at) {
      c->timers_of(d).erase({at, text_of(key)});
    };
    h.watermark = [](weir_context* c) -> int64_t { return c->watermark; };
    add_state_functions(h);
    add_list_functions(h);
    h.origin = [](weir_context* c, weir_slice name, int32_t partition) -> const weir_origin* {
      const std::lock_guard lock(c->mutex);
      auto& o = c->origins[{std::string(view(name)), partition}];
      if (o == nullptr) {
        c->names.emplace_back(view(name));
        o = std::make_unique<weir_origin>(
            weir_origin{sizeof(weir_origin), partition, slice(c->stage_name), slice(c->names.back())});
      }
      return o.get();
    };
    h.origin_done = [](weir_context*, const weir_origin*) {};
    h.saved_position = [](weir_context* c, const weir_origin* o) -> int64_t {
      const auto found =
          c->saved_positions.find(std::string(view(o->name)) + "/" + std::to_string(o->partition));
      return found == c->saved_positions.end() ? INT64_MIN : found->second;
    };
    h.take_over = [](weir_context* c, const weir_origin* const* origins, size_t n, uint32_t partitions) {
      auto& names = c->taken_over.emplace_back();
      for (size_t i = 0; i < n; ++i) {
        names.push_back(std::string(view(origins[i]->name)) + "/" + std::to_string(origins[i]->partition) +
                        " of " + std::to_string(partitions));
      }
      if (c->on_take_over) c->on_take_over();
      return 0;
    };
    h.wake = [](weir_context* c) {
      const std::lock_guard lock(c->mutex);
      ++c->wakes;
      c->changed.notify_all();
    };
    h.give_up = [](weir_context* c, const weir_origin* const* origins, size_t n, int) {
      auto& names = c->given_up.emplace_back();
      for (size_t i = 0; i < n; ++i) {
        names.push_back(std::string(view(origins[i]->name)) + "/" + std::to_string(origins[i]->partition));
      }
      if (c->on_give_up) c->on_give_up();
    };
    h.counter = [](weir_context* c, weir_slice name) -> weir_counter* {
      const std::lock_guard lock(c->mutex);
      auto& counter = c->counters[std::string(view(name))];
      if (counter == nullptr) counter = std::make_unique<std::atomic<std::uint64_t>>(0);
      return reinterpret_cast<weir_counter*>(counter.get());
    };
    h.counter_add = [](weir_counter* counter, uint64_t n) {
      reinterpret_cast<std::atomic<std::uint64_t>*>(counter)->fetch_add(n);
    };
    return h;
  }();
  return table;
}

}  // namespace weir::testing
