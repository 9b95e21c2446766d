// SPDX-License-Identifier: Apache-2.0
#include "plugin/host.h"

#include <weir/host_memory.h>

#include <atomic>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

namespace {

[[noreturn]] void not_here(const char* function) {
  throw std::logic_error(std::string(function) + "() was called where it is not offered");
}

}  // namespace

void weir_context::problem(weir_slice, weir_slice) {
  not_here("problem");
}
void weir_context::emit(std::uint32_t, const weir_record*, std::size_t) {
  not_here("emit");
}
void weir_context::emit_group(std::uint32_t, const weir_group&) {
  not_here("emit_group");
}
void weir_context::fail(std::uint32_t, const weir_record*, std::size_t, weir_slice, weir_slice) {
  not_here("fail");
}
bool weir_context::sleep(std::int64_t) {
  not_here("sleep");
}
void weir_context::timer_set(weir_time_domain, weir_slice, std::int64_t) {
  not_here("timer_set");
}
void weir_context::timer_delete(weir_time_domain, weir_slice, std::int64_t) {
  not_here("timer_delete");
}
std::size_t weir_context::list_append(weir_slice, std::int64_t, const weir_record*, std::size_t) {
  not_here("list_append");
}
void weir_context::list_emit(std::uint32_t, weir_slice, std::int64_t, std::int64_t, std::int64_t) {
  not_here("list_emit");
}
void weir_context::list_clear(weir_slice, std::int64_t) {
  not_here("list_clear");
}
void weir_context::list_show(std::uint32_t, weir_slice, std::int64_t, std::int64_t, std::int64_t) {
  not_here("list_show");
}
void weir_context::list_drop_front(weir_slice, std::int64_t, std::size_t) {
  not_here("list_drop_front");
}
std::size_t weir_context::list_move(weir_slice, std::int64_t, std::int64_t) {
  not_here("list_move");
}
const weir_record* weir_context::list_records(weir_slice, std::int64_t, std::size_t&) {
  not_here("list_records");
}
std::int64_t weir_context::watermark() {
  not_here("watermark");
}
weir_state* weir_context::state_open(weir_slice, const weir_state_options&) {
  not_here("state_open");
}
weir_slice weir_context::state_get(weir_state*, weir_slice, std::int64_t) {
  not_here("state_get");
}
char* weir_context::state_room(weir_state*, weir_slice, std::int64_t, std::size_t, std::size_t&) {
  not_here("state_room");
}
void weir_context::state_erase(weir_state*, weir_slice, std::int64_t) {
  not_here("state_erase");
}
void weir_context::state_each(weir_state*, std::int64_t, bool, void*, weir_visit) {
  not_here("state_each");
}
void weir_context::state_forget_at(weir_state*, std::int64_t, std::int64_t) {
  not_here("state_forget_at");
}
weir_slice weir_context::map_get(weir_state*, weir_slice, std::int64_t, weir_slice) {
  not_here("map_get");
}
void weir_context::map_put(weir_state*, weir_slice, std::int64_t, weir_slice, weir_slice) {
  not_here("map_put");
}
void weir_context::map_erase(weir_state*, weir_slice, std::int64_t, weir_slice) {
  not_here("map_erase");
}
void weir_context::map_each(weir_state*, weir_slice, std::int64_t, void*, weir_visit) {
  not_here("map_each");
}
void weir_context::origin_done(const weir_origin*) {
  not_here("origin_done");
}
const weir_origin* weir_context::origin(weir_slice, std::int32_t) {
  not_here("origin");
}
void weir_context::tell_event_time(const weir_origin*, std::optional<std::int64_t>) {
  not_here("tell_event_time");
}
void weir_context::wake() {
  not_here("wake");
}
void weir_context::give_up(const weir_origin* const*, std::size_t, bool) {
  not_here("give_up");
}
std::int64_t weir_context::saved_position(const weir_origin*) {
  not_here("saved_position");
}
bool weir_context::take_over(const weir_origin* const*, std::size_t, std::uint32_t) {
  not_here("take_over");
}

namespace weir {
namespace {

/// Calls `f`; what it throws is kept by the context, and the plugin gets `otherwise`.
template <class Result, class F>
Result guarded(weir_context* context, Result otherwise, F&& f) noexcept {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    context->out_of_memory();
  } catch (const std::exception& e) {
    context->host_failed(e.what());
  } catch (...) {
    context->host_failed("an unknown exception");
  }
  return otherwise;
}

template <class F>
void guarded(weir_context* context, F&& f) noexcept {
  guarded(context, 0, [&] { return f(), 0; });
}

void add_state(weir_host& h) {
  using C = weir_context;
  using S = weir_state;
  static constexpr weir_slice kNothing{nullptr, 0};
  h.watermark = [](C* c) { return guarded(c, int64_t{0}, [&] { return c->watermark(); }); };
  h.state_open = [](C* c, weir_slice name, const weir_state_options* options) {
    return guarded(c, static_cast<S*>(nullptr), [&] { return c->state_open(name, *options); });
  };
  h.state_get = [](C* c, S* s, weir_slice key, int64_t w) {
    return guarded(c, kNothing, [&] { return c->state_get(s, key, w); });
  };
  h.state_room = [](C* c, S* s, weir_slice key, int64_t w, size_t n, size_t* held) {
    return guarded(c, static_cast<char*>(nullptr), [&] { return c->state_room(s, key, w, n, *held); });
  };
  h.state_erase = [](C* c, S* s, weir_slice key, int64_t w) {
    guarded(c, [&] { c->state_erase(s, key, w); });
  };
  h.state_each = [](C* c, S* s, int64_t w, int erase, void* visitor, weir_visit visit) {
    guarded(c, [&] { c->state_each(s, w, erase != 0, visitor, visit); });
  };
  h.state_forget_at = [](C* c, S* s, int64_t w, int64_t at) {
    guarded(c, [&] { c->state_forget_at(s, w, at); });
  };
  h.map_get = [](C* c, S* s, weir_slice key, int64_t w, weir_slice field) {
    return guarded(c, kNothing, [&] { return c->map_get(s, key, w, field); });
  };
  h.map_put = [](C* c, S* s, weir_slice key, int64_t w, weir_slice field, weir_slice value) {
    guarded(c, [&] { c->map_put(s, key, w, field, value); });
  };
  h.map_erase = [](C* c, S* s, weir_slice key, int64_t w, weir_slice field) {
    guarded(c, [&] { c->map_erase(s, key, w, field); });
  };
  h.map_each = [](C* c, S* s, weir_slice key, int64_t w, void* visitor, weir_visit visit) {
    guarded(c, [&] { c->map_each(s, key, w, visitor, visit); });
  };
}

weir_host make_table() {
  weir_host h{};
  h.size = sizeof h;
  h.abi_major = WEIR_ABI_MAJOR;
  h.abi_minor = WEIR_ABI_MINOR;
  using C = weir_context;
  h.log = [](C* c, weir_log_level level, weir_slice line) { guarded(c, [&] { c->log(level, line); }); };
  h.set_error = [](C* c, weir_slice code, weir_slice text) { guarded(c, [&] { c->set_error(code, text); }); };
  h.problem = [](C* c, weir_slice pointer, weir_slice text) {
    guarded(c, [&] { c->problem(pointer, text); });
  };
  h.place = [](C* c) { return c->place(); };
  h.block_new = host_memory::block_new;
  h.block_new_over = host_memory::block_new_over;
  h.block_retain = host_memory::block_retain;
  h.block_release = host_memory::block_release;
  h.block_is_unique = host_memory::block_is_unique;
  h.retain = host_memory::retain;
  h.release = host_memory::release;
  h.emit = [](C* c, uint32_t port, const weir_record* r, size_t n) {
    guarded(c, [&] { c->emit(port, r, n); });
  };
  h.emit_group = [](C* c, uint32_t port, const weir_group* g) {
    guarded(c, [&] { c->emit_group(port, *g); });
  };
  h.fail = [](C* c, uint32_t port, const weir_record* r, size_t n, weir_slice code, weir_slice text) {
    guarded(c, [&] { c->fail(port, r, n, code, text); });
  };
  h.now = [](C* c) { return guarded(c, int64_t{0}, [&] { return c->now(); }); };
  h.sleep = [](C* c, int64_t ms) { return guarded(c, 1, [&] { return c->sleep(ms) ? 0 : 1; }); };
  h.timer_set = [](C* c, weir_time_domain d, weir_slice key, int64_t at) {
    guarded(c, [&] { c->timer_set(d, key, at); });
  };
  h.timer_delete = [](C* c, weir_time_domain d, weir_slice key, int64_t at) {
    guarded(c, [&] { c->timer_delete(d, key, at); });
  };
  h.list_append = [](C* c, weir_slice key, int64_t w, const weir_record* r, size_t n) {
    return guarded(c, size_t{0}, [&] { return c->list_append(key, w, r, n); });
  };
  h.list_emit = [](C* c, uint32_t port, weir_slice key, int64_t w, int64_t start, int64_t end) {
    guarded(c, [&] { c->list_emit(port, key, w, start, end); });
  };
  h.list_clear = [](C* c, weir_slice key, int64_t w) { guarded(c, [&] { c->list_clear(key, w); }); };
  h.list_show = [](C* c, uint32_t port, weir_slice key, int64_t w, int64_t start, int64_t end) {
    guarded(c, [&] { c->list_show(port, key, w, start, end); });
  };
  h.list_drop_front = [](C* c, weir_slice key, int64_t w, size_t n) {
    guarded(c, [&] { c->list_drop_front(key, w, n); });
  };
  h.list_move = [](C* c, weir_slice key, int64_t from, int64_t into) {
    return guarded(c, size_t{0}, [&] { return c->list_move(key, from, into); });
  };
  h.list_records = [](C* c, weir_slice key, int64_t w, size_t* n) {
    *n = 0;
    return guarded(c, static_cast<const weir_record*>(nullptr), [&] { return c->list_records(key, w, *n); });
  };
  add_state(h);
  h.origin_done = [](C* c, const weir_origin* origin) { guarded(c, [&] { c->origin_done(origin); }); };
  h.origin = [](C* c, weir_slice name, int32_t partition) {
    return guarded(c, static_cast<const weir_origin*>(nullptr), [&] { return c->origin(name, partition); });
  };
  h.wake = [](C* c) { guarded(c, [&] { c->wake(); }); };
  h.give_up = [](C* c, const weir_origin* const* origins, size_t n, int lost) {
    guarded(c, [&] { c->give_up(origins, n, lost != 0); });
  };
  h.saved_position = [](C* c, const weir_origin* origin) {
    return guarded(c, int64_t{INT64_MIN}, [&] { return c->saved_position(origin); });
  };
  h.take_over = [](C* c, const weir_origin* const* origins, size_t n, uint32_t partitions) {
    return guarded(c, 1, [&] { return c->take_over(origins, n, partitions) ? 0 : 1; });
  };
  h.counter = [](C* c, weir_slice name) {
    return guarded(c, static_cast<weir_counter*>(nullptr), [&] { return c->counter(name); });
  };
  h.counter_add = [](weir_counter* counter, uint64_t n) {
    if (counter == nullptr) return;  // of a stage that is only opened
    reinterpret_cast<std::atomic<std::uint64_t>*>(counter)->fetch_add(n, std::memory_order_relaxed);
  };
  return h;
}

}  // namespace

LogLevel log_level(weir_log_level level) {
  switch (level) {
    case WEIR_DEBUG:
      return LogLevel::kDebug;
    case WEIR_INFO:
      return LogLevel::kInfo;
    case WEIR_WARNING:
      return LogLevel::kWarn;
    case WEIR_ERROR:
      break;
  }
  return LogLevel::kError;
}

const weir_host& host_table() {
  static const weir_host table = make_table();
  return table;
}

}  // namespace weir
