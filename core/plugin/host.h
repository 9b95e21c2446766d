// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/log.h"

/// The host's side of a context: what a plugin's calls through the function table arrive at.
///
/// A stage that is only opened needs no more than this base; tasks and workers implement the rest. A function
/// that a context does not offer throws std::logic_error, which the table turns into a logged error: it means
/// a plugin called it at the wrong time. Thread tags as in abi.h.
struct weir_context {
  virtual ~weir_context() = default;

  virtual void log(weir_log_level level, weir_slice line) = 0;
  virtual void set_error(weir_slice code, weir_slice message) = 0;
  virtual void problem(weir_slice pointer, weir_slice message);
  virtual const weir_place* place() = 0;

  virtual void emit(std::uint32_t port, const weir_record* records, std::size_t count);
  virtual void emit_group(std::uint32_t port, const weir_group& group);
  virtual void fail(std::uint32_t port, const weir_record* records, std::size_t count, weir_slice code,
                    weir_slice message);

  virtual std::int64_t now() = 0;
  virtual bool sleep(std::int64_t milliseconds);
  virtual void timer_set(weir_time_domain domain, weir_slice key, std::int64_t time);
  virtual void timer_delete(weir_time_domain domain, weir_slice key, std::int64_t time);

  virtual std::size_t list_append(weir_slice key, std::int64_t window, const weir_record* records,
                                  std::size_t count);
  virtual void list_emit(std::uint32_t port, weir_slice key, std::int64_t window, std::int64_t start,
                         std::int64_t end);
  virtual void list_clear(weir_slice key, std::int64_t window);
  virtual void list_show(std::uint32_t port, weir_slice key, std::int64_t window, std::int64_t start,
                         std::int64_t end);
  virtual void list_drop_front(weir_slice key, std::int64_t window, std::size_t count);
  virtual std::size_t list_move(weir_slice key, std::int64_t from, std::int64_t into);
  virtual const weir_record* list_records(weir_slice key, std::int64_t window, std::size_t& count);

  virtual std::int64_t watermark();
  virtual weir_state* state_open(weir_slice name, const weir_state_options& options);
  virtual weir_slice state_get(weir_state* state, weir_slice key, std::int64_t window);
  virtual char* state_room(weir_state* state, weir_slice key, std::int64_t window, std::size_t bytes,
                           std::size_t& held);
  virtual void state_erase(weir_state* state, weir_slice key, std::int64_t window);
  virtual void state_each(weir_state* state, std::int64_t window, bool erase, void* visitor,
                          weir_visit visit);
  virtual void state_forget_at(weir_state* state, std::int64_t window, std::int64_t at);
  virtual weir_slice map_get(weir_state* state, weir_slice key, std::int64_t window, weir_slice field);
  virtual void map_put(weir_state* state, weir_slice key, std::int64_t window, weir_slice field,
                       weir_slice value);
  virtual void map_erase(weir_state* state, weir_slice key, std::int64_t window, weir_slice field);
  virtual void map_each(weir_state* state, weir_slice key, std::int64_t window, void* visitor,
                        weir_visit visit);

  virtual const weir_origin* origin(weir_slice name, std::int32_t partition);
  virtual void origin_done(const weir_origin* origin);
  /// For a source of a test, and so not in the table: event time of `origin` has come so far, whatever its
  /// records say; nothing: the origin is idle.
  virtual void tell_event_time(const weir_origin* origin, std::optional<std::int64_t> watermark);
  virtual void wake();
  virtual void give_up(const weir_origin* const* origins, std::size_t count, bool lost);
  virtual std::int64_t saved_position(const weir_origin* origin);
  /// False where the pipeline has to stop.
  virtual bool take_over(const weir_origin* const* origins, std::size_t count, std::uint32_t partitions);

  virtual weir_counter* counter(weir_slice name) = 0;

  /// A call failed inside the host; the plugin must not see an exception. Remembered, the pipeline stops.
  virtual void host_failed(const char* what) noexcept = 0;
  /// The same, because there was no memory.
  virtual void out_of_memory() noexcept { host_failed("there is no memory left"); }
};

namespace weir {

/// The log's word for a level of the boundary.
LogLevel log_level(weir_log_level level);

/// The function table that every plugin gets: each function calls the method of the same name, and lets no
/// exception out.
const weir_host& host_table();

}  // namespace weir
