// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/failure.h>
#include <weir/record.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// One reference to a block of memory that owns bytes of records. Copies share the memory. [any-thread]
class Block {
 public:
  Block() = default;
  Block(const weir_host* host, std::size_t capacity) : host_(host), capacity_(capacity) {
    block_ = host->block_new(capacity, &data_);
    if (block_ == nullptr) throw std::bad_alloc();
  }
  /// A block that keeps `parent` (which may be null) alive as well.
  Block(const weir_host* host, weir_block* parent, std::size_t capacity) : host_(host), capacity_(capacity) {
    block_ = host->block_new_over(parent, capacity, &data_);
    if (block_ == nullptr) throw std::bad_alloc();
  }
  Block(const Block& o) : host_(o.host_), block_(o.block_), data_(o.data_), capacity_(o.capacity_) {
    if (block_ != nullptr) host_->block_retain(block_);
  }
  Block(Block&& o) noexcept { swap(o); }
  Block& operator=(Block o) noexcept { return swap(o), *this; }
  ~Block() {
    if (block_ != nullptr) host_->block_release(block_);
  }

  char* data() const { return data_; }
  std::size_t capacity() const { return capacity_; }
  weir_block* get() const { return block_; }
  explicit operator bool() const { return block_ != nullptr; }
  /// Whether nobody else refers to it, so that it may be written anew.
  bool unique() const { return block_ != nullptr && host_->block_is_unique(block_) != 0; }

 private:
  void swap(Block& o) noexcept {
    std::swap(host_, o.host_);
    std::swap(block_, o.block_);
    std::swap(data_, o.data_);
    std::swap(capacity_, o.capacity_);
  }

  const weir_host* host_ = nullptr;
  weir_block* block_ = nullptr;
  char* data_ = nullptr;
  std::size_t capacity_ = 0;
};

/// A count that appears in the summary and the metrics. A handle; add() may be called from any thread.
class Counter {
 public:
  Counter() = default;
  Counter(const weir_host* host, weir_counter* counter) : host_(host), counter_(counter) {}
  void add(std::uint64_t n = 1) const {
    if (counter_ != nullptr) host_->counter_add(counter_, n);
  }

 private:
  const weir_host* host_ = nullptr;
  weir_counter* counter_ = nullptr;
};

/// The bounds of a window, in milliseconds since 1970 UTC: the first millisecond that belongs to it, and the
/// first that does not any more.
struct WindowBounds {
  std::int64_t start = 0;
  std::int64_t end = 0;
};

/// An instance's door to the host. It gathers what a call emits and hands it on, port by port, when the call
/// returns (order is kept within a port). Used by the instance's thread only, except where a function says
/// so.
class Context {
 public:
  Context(const weir_host* host, weir_context* context) : host_(host), context_(context) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // -- output --

  /// Emits a record by the main port (the first) or by `port`. Its bytes are not copied. A port that the
  /// class does not declare is a mistake in it: throws Stop, here as in all functions that take one.
  void emit(const Record& r) { emit(Port{0}, r); }
  void emit(Port port, const Record& r) { pending(port).push_back(r); }
  void emit(Port port, Records records) {
    auto& p = pending(port);
    p.insert(p.end(), records.begin(), records.end());
  }

  /// Emits a record by a side port, or by Port::kError, with the reason. `code` is short and stable.
  void fail(Port port, const Record& r, std::string_view code, std::string_view message) {
    fail(port, Records(&r, 1), code, message);
  }
  void fail(Port port, Records records, std::string_view code, std::string_view message) {
    if (port != Port::kError) need_port(port);
    failures_.push_back({port, {records.begin(), records.end()}, std::string(code), std::string(message)});
  }

  /// Emits a group at once. Its records may be views of this call.
  void emit_group(Port port, const Group& group) {
    need_port(port);
    host_->emit_group(context_, static_cast<std::uint32_t>(port), &group);
  }

  /// A record like `from` (key, headers, time, origin, failure) with another value, whose bytes are copied.
  Record with_value(const Record& from, std::string_view value) {
    std::size_t extra = from.key.size;
    for (const auto& h : from.header_list()) extra += sizeof h + h.name.size + h.value.size;
    if (from.failure != nullptr) extra += sizeof *from.failure + text_of(*from.failure);
    char* p = allocate(value.size() + extra + alignof(weir_header));
    Record r = from;
    r.block = arena_.get();
    r.value = {p, value.size()};
    if (!value.empty()) std::memcpy(p, value.data(), value.size());
    p += value.size();
    if (extra != 0) copy_rest(r, p);
    return r;
  }

  /// The same record with another key, whose bytes are copied; everything else stays where it is. kAbsent
  /// takes the key away.
  Record with_key(const Record& from, weir_slice key) {
    Record r = from;
    r.key = key;
    if (key.data == nullptr) return r;
    char* const p = allocate_over(from.block, key.size);
    if (key.size != 0) std::memcpy(p, key.data, key.size);
    r.key = {p, key.size};
    r.block = over_.get();
    return r;
  }

  /// A new record without key, headers or origin; the value's bytes are copied. Its time is that of what is
  /// being worked on (Flink's rule): the record, the window's last millisecond, the event-time timer; none in
  /// a processing-time timer.
  Record make(std::string_view value) {
    Record r;
    r.event_time = time_;
    return with_value(r, value);
  }

  /// A new block with room for `capacity` bytes; for sources that fill their records in place.
  Block block(std::size_t capacity) const { return Block(host_, capacity); }

  // -- time --

  std::chrono::milliseconds now() const { return std::chrono::milliseconds(host_->now(context_)); }
  /// Waits; false at once when the pipeline aborts. Only for stages that block.
  bool sleep(std::chrono::milliseconds time) { return host_->sleep(context_, time.count()) == 0; }
  /// Event time has come so far; see abi.h.
  std::int64_t watermark() const { return host_->watermark(context_); }

  /// on_timer comes when the clock says `at`; for the current key, or for `key`. One for a key and time.
  void set_timer(std::chrono::milliseconds at) { set_timer(at, key_); }
  void set_timer(std::chrono::milliseconds at, weir_slice key) {
    host_->timer_set(context_, WEIR_PROCESSING_TIME, key, at.count());
  }
  void delete_timer(std::chrono::milliseconds at) { delete_timer(at, key_); }
  void delete_timer(std::chrono::milliseconds at, weir_slice key) {
    host_->timer_delete(context_, WEIR_PROCESSING_TIME, key, at.count());
  }
  /// The same in event time: on_timer comes when the watermark reaches `at`, in milliseconds since 1970 UTC.
  void set_event_timer(std::int64_t at) { set_event_timer(at, key_); }
  void set_event_timer(std::int64_t at, weir_slice key) {
    host_->timer_set(context_, WEIR_EVENT_TIME, key, at);
  }
  void delete_event_timer(std::int64_t at) { delete_event_timer(at, key_); }
  void delete_event_timer(std::int64_t at, weir_slice key) {
    host_->timer_delete(context_, WEIR_EVENT_TIME, key, at);
  }

  // -- what is being worked on --

  /// The stage's key of the record, group or timer at hand; absent where the stage has no `key:`, and for
  /// what came by a broadcast input.
  weir_slice key() const { return key_; }
  /// Whether what is at hand came by an input that all tasks see. What is emitted then leaves once in each
  /// task; what shall leave once alone, emit where place().task is 0.
  bool from_broadcast() const { return broadcast_; }
  /// The window of the group at hand: state that is kept for each window (PerWindow) is of this one. None for
  /// records and timers, which belong to no window by themselves.
  const std::optional<WindowBounds>& window() const { return window_; }
  /// For the rest of the call, state that is kept for each window is of this one: a timer that was set for a
  /// window's sake says so.
  void enter_window(WindowBounds bounds) { window_ = bounds; }

  // -- lists: contents of windows --

  /// Appends to the list of (key, window); returns how many records it holds then.
  std::size_t list_append(weir_slice key, std::int64_t window, Records records) {
    return host_->list_append(context_, key, window, records.data(), records.size());
  }
  /// Emits the list as a group with these bounds and forgets it.
  void list_emit(Port port, weir_slice key, std::int64_t window, std::chrono::milliseconds start,
                 std::chrono::milliseconds end) {
    need_port(port);
    host_->list_emit(context_, static_cast<std::uint32_t>(port), key, window, start.count(), end.count());
  }
  void list_clear(weir_slice key, std::int64_t window) { host_->list_clear(context_, key, window); }
  /// Emits the list as a group and keeps it.
  void list_show(Port port, weir_slice key, std::int64_t window, std::chrono::milliseconds start,
                 std::chrono::milliseconds end) {
    need_port(port);
    host_->list_show(context_, static_cast<std::uint32_t>(port), key, window, start.count(), end.count());
  }
  void list_drop_front(weir_slice key, std::int64_t window, std::size_t count) {
    host_->list_drop_front(context_, key, window, count);
  }
  /// Moves list `from` behind list `into`; returns how many that holds then.
  std::size_t list_move(weir_slice key, std::int64_t from, std::int64_t into) {
    return host_->list_move(context_, key, from, into);
  }
  /// Valid until the list is changed.
  Records list(weir_slice key, std::int64_t window) const {
    std::size_t count = 0;
    const weir_record* first = host_->list_records(context_, key, window, &count);
    return records_of(first, count);
  }

  // -- sources --

  /// Records are expected of it from now on: until they come it holds event time back.
  const weir_origin* origin(std::string_view name, std::int32_t partition = -1) const {
    return host_->origin(context_, slice(name), partition);
  }
  /// No more records come from that origin, for now: it no longer holds event time back. What this call has
  /// emitted so far is handed on first.
  void origin_done(const weir_origin* origin) {
    hand_on();
    host_->origin_done(context_, origin);
  }
  /// [any-thread]
  void wake() const { host_->wake(context_); }
  /// Where the checkpoint says that reading of the origin goes on, whatever the source's own notes say;
  /// nothing where it does not tell, as in pipelines that deliver at least once and keep no state.
  std::optional<std::int64_t> saved_position(const weir_origin* origin) const {
    const std::int64_t next = host_->saved_position(context_, origin);
    return next == INT64_MIN ? std::nullopt : std::optional(next);
  }
  /// In poll, when origins have come to this source and nothing of them has been read, in pipelines that keep
  /// state by partition: their state is loaded, and saved_position() tells where they go on. `partitions`:
  /// how many there are in all. False where it cannot be: the pipeline stops, and nothing of them may be
  /// read.
  [[nodiscard]] bool take_over(std::span<const weir_origin* const> origins, std::uint32_t partitions) {
    hand_on();
    return host_->take_over(context_, origins.data(), origins.size(), partitions) == 0;
  }
  /// Whether the pipeline keeps state by partition; see WEIR_BY_PARTITION.
  bool keeps_by_partition() const { return (place().transactions & WEIR_BY_PARTITION) != 0; }
  /// Before origins go to another owner; what this call has emitted so far is handed on first.
  void give_up(std::span<const weir_origin* const> origins, bool lost) {
    hand_on();
    host_->give_up(context_, origins.data(), origins.size(), lost ? 1 : 0);
  }

  // -- what people read -- [any-thread]

  void debug(std::string_view line) const { host_->log(context_, WEIR_DEBUG, slice(line)); }
  void info(std::string_view line) const { host_->log(context_, WEIR_INFO, slice(line)); }
  void warn(std::string_view line) const { host_->log(context_, WEIR_WARNING, slice(line)); }
  Counter counter(std::string_view name) const { return {host_, host_->counter(context_, slice(name))}; }
  const weir_place& place() const { return *host_->place(context_); }

  // -- for the trampolines of plugin.h --

  /// How many ports the stage declares.
  void set_port_count(std::size_t count) { port_count_ = count; }
  /// The stage takes groups alone: behind a window without `key:` its state is of all of them together.
  void set_takes_groups_alone() { takes_groups_alone_ = true; }
  bool takes_groups_alone() const { return takes_groups_alone_; }

  /// What is worked on from now on; no window.
  void enter(weir_slice key, std::int64_t time, bool broadcast = false) {
    key_ = key;
    time_ = time;
    broadcast_ = broadcast;
    window_.reset();
  }
  /// Another key, the rest as it was.
  void enter_key(weir_slice key) { key_ = key; }
  /// Hands on what was gathered.
  void hand_on() {
    for (std::size_t port = 0; port < pending_.size(); ++port) {
      auto& p = pending_[port];
      if (p.empty()) continue;
      host_->emit(context_, static_cast<std::uint32_t>(port), p.data(), p.size());
      p.clear();
    }
    for (const auto& f : failures_) {
      host_->fail(context_, static_cast<std::uint32_t>(f.port), f.records.data(), f.records.size(),
                  slice(f.code), slice(f.message));
    }
    failures_.clear();
    end_call();
  }
  /// Forgets what was gathered, after a call that failed as a whole.
  void discard() {
    for (auto& p : pending_) p.clear();
    failures_.clear();
    end_call();
  }
  void set_error(std::string_view code, std::string_view message) {
    host_->set_error(context_, slice(code), slice(message));
  }
  const weir_host* host() const { return host_; }
  weir_context* handle() const { return context_; }

 private:
  static constexpr std::size_t kArenaBytes = 64 * 1024;
  static constexpr std::size_t kLeastOver = 64;

  struct Failure {
    Port port;
    std::vector<Record> records;
    std::string code, message;
  };

  std::vector<Record>& pending(Port port) {
    const auto i = static_cast<std::size_t>(port);
    if (port == Port::kError) throw std::logic_error("the error port takes records by fail(), with a reason");
    need_port(port);
    if (i >= pending_.size()) pending_.resize(i + 1);
    return pending_[i];
  }

  void need_port(Port port) const {
    const auto number = static_cast<std::size_t>(port);
    if (number < port_count_) return;
    throw Stop("no_port", "the plugin emits by port number " + std::to_string(number) +
                              ", but declares only " + std::to_string(port_count_) + " ports");
  }

  /// Room that lives as long as a record refers to it, and at least until the call's end.
  char* allocate(std::size_t bytes) {
    if (!arena_ || used_ + bytes > arena_.capacity()) {
      if (arena_) full_.push_back(std::move(arena_));
      arena_ = Block(host_, std::max(kArenaBytes, bytes));
      used_ = 0;
    }
    char* p = arena_.data() + used_;
    used_ += bytes;
    return p;
  }
  /// Room in a block over `parent`. Neighbours nearly always share a parent: then blocks grow by doubling.
  char* allocate_over(weir_block* parent, std::size_t bytes) {
    const bool same = over_ && over_parent_ == parent;
    if (!same || over_used_ + bytes > over_.capacity()) {
      const std::size_t usual = same ? std::min(kArenaBytes, 2 * over_.capacity()) : kLeastOver;
      if (over_) full_.push_back(std::move(over_));
      over_ = Block(host_, parent, std::max(usual, bytes));
      over_parent_ = parent;
      over_used_ = 0;
    }
    char* const p = over_.data() + over_used_;
    over_used_ += bytes;
    return p;
  }
  /// The call is over: an arena that nobody refers to is written anew by the next one. In one that others
  /// read meanwhile, the padding behind the last record is theirs too. Blocks over others let those go.
  void end_call() {
    full_.clear();
    over_ = Block();
    used_ = arena_.unique() ? 0 : used_ + (used_ == 0 ? 0 : WEIR_PADDING);
  }

  static std::size_t text_of(const weir_failure& f) {
    return f.stage.size + f.port.size + f.code.size + f.message.size;
  }

  void copy_rest(Record& r, char* p) {
    static_assert(alignof(weir_failure) == alignof(weir_header) &&
                  sizeof(weir_failure) % alignof(weir_header) == 0);
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    p += (alignof(weir_header) - address % alignof(weir_header)) % alignof(weir_header);
    weir_failure* failure = nullptr;
    if (r.failure != nullptr) {
      failure = new (p) weir_failure{};
      p += sizeof *failure;
      // It may be of a host that knows more, or fewer, of its fields.
      std::memcpy(failure, r.failure, std::min<std::size_t>(r.failure->size, sizeof *failure));
      failure->size = sizeof *failure;
      r.failure = failure;
    }
    auto* headers = reinterpret_cast<weir_header*>(p);
    p += r.header_count * sizeof *headers;
    for (std::uint32_t i = 0; i < r.header_count; ++i) {
      headers[i] = {copy(r.headers[i].name, p), copy(r.headers[i].value, p)};
    }
    if (r.header_count != 0) r.headers = headers;
    if (failure != nullptr) {
      for (weir_slice* part : {&failure->stage, &failure->port, &failure->code, &failure->message}) {
        *part = copy(*part, p);
      }
    }
    r.key = copy(r.key, p);
  }
  static weir_slice copy(weir_slice from, char*& p) {
    if (from.data == nullptr) return from;
    std::memcpy(p, from.data, from.size);
    const weir_slice to{p, from.size};
    p += from.size;
    return to;
  }

  const weir_host* host_;
  weir_context* context_;
  weir_slice key_ = kAbsent;
  std::int64_t time_ = WEIR_NO_TIME;
  bool broadcast_ = false;
  std::optional<WindowBounds> window_;
  std::size_t port_count_ = SIZE_MAX;
  bool takes_groups_alone_ = false;
  std::vector<std::vector<Record>> pending_;
  std::vector<Failure> failures_;
  Block arena_;
  std::size_t used_ = 0;
  Block over_;  // holds over_parent_, so that no other block has its address
  weir_block* over_parent_ = nullptr;
  std::size_t over_used_ = 0;
  std::vector<Block> full_;  // earlier arenas of this call
};

}  // namespace weir
