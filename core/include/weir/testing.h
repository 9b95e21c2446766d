// SPDX-License-Identifier: Apache-2.0
//
// A host for the tests of a plugin: records in, a map of port to records out, a clock that the test sets.
// Needs neither etl-run nor a shared library.
//
//     weir::testing::Harness<Lookup> lookup(R"({"url": "http://127.0.0.1:8080"})");
//     lookup.process({"a", "b"});
//     EXPECT_EQ(lookup.values("out"), (std::vector<std::string>{"A", "B"}));
//     EXPECT_EQ(lookup.out("error").at(0).code, "bad_json");
//
// The options are given as the host would hand them over: defaults are filled in from the descriptor,
// durations are milliseconds and sizes bytes. Errors of the plugin are thrown as weir::testing::PluginError.
#pragma once

#include <weir/abi.h>
#include <weir/host_memory.h>
#include <weir/plugin.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace weir::testing {

/// A record that owns its bytes: what a test hands in and gets back.
struct Item {
  Item() = default;
  Item(const char* v) : value(v) {}             // NOLINT(google-explicit-constructor)
  Item(std::string v) : value(std::move(v)) {}  // NOLINT(google-explicit-constructor)
  explicit Item(const weir_record& r) {
    if (r.value.data != nullptr) value = std::string(view(r.value));
    if (r.key.data != nullptr) key = std::string(view(r.key));
    for (std::uint32_t i = 0; i < r.header_count; ++i) {
      headers.emplace_back(view(r.headers[i].name), view(r.headers[i].value));
    }
    event_time = r.event_time;
    position = r.position;
    if (r.origin != nullptr) {
      origin = std::string(view(r.origin->name));
      partition = r.origin->partition;
    }
    if (r.failure != nullptr) {
      code = std::string(view(r.failure->code));
      message = std::string(view(r.failure->message));
      attempts = r.failure->attempts;
      first_time = r.failure->first_time;
      last_time = r.failure->last_time;
    }
  }

  std::optional<std::string> value;
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::string>> headers;
  std::int64_t event_time = WEIR_NO_TIME;
  std::string origin;
  std::int32_t partition = -1;
  std::int64_t position = -1;
  /// Filled on records that left with a reason; attempts > 0 on an input makes it a record tried before.
  std::string code, message;
  std::uint32_t attempts = 0;
  std::int64_t first_time = 0, last_time = 0;
};

/// A group as it left by a port.
struct GroupItem {
  std::optional<std::string> key;
  std::int64_t start = 0, end = 0;
  std::vector<Item> records;
};

/// What a plugin answered by an error status, or said was wrong with its options.
class PluginError : public std::runtime_error {
 public:
  PluginError(weir_status s, std::string c, const std::string& message, std::string p = {})
      : std::runtime_error(message), status(s), code(std::move(c)), pointer(std::move(p)) {}
  weir_status status;
  std::string code;
  std::string pointer;  ///< of an option, when it was one
};

/// Processing time of a test, moved by the test only.
class TestClock {
 public:
  std::chrono::milliseconds now() const { return std::chrono::milliseconds(now_.load()); }
  void set(std::chrono::milliseconds t) { now_ = t.count(); }

 private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

}  // namespace weir::testing

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
  std::set<std::tuple<std::int64_t, std::uint32_t, std::string>> timers;
  std::map<std::pair<std::string, std::int64_t>, std::vector<weir_record>> lists;
  std::map<std::pair<std::string, std::int32_t>, std::unique_ptr<weir_origin>> origins;
  std::deque<std::string> names;
  std::vector<std::vector<std::string>> given_up;
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
  ~weir_context() {
    for (auto& [name, list] : lists) weir::host_memory::release(list.data(), list.size());
  }
};

namespace weir::testing {

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
      GroupItem item{g->key.data == nullptr ? std::nullopt : std::optional(std::string(view(g->key))),
                     g->start,
                     g->end,
                     {}};
      for (size_t i = 0; i < g->count; ++i) item.records.emplace_back(g->records[i]);
      c->groups[c->port_name(port)].push_back(std::move(item));
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
      c->timers.emplace(at, d, std::string(view(key)));
    };
    h.timer_delete = [](weir_context* c, weir_time_domain d, weir_slice key, int64_t at) {
      c->timers.erase({at, d, std::string(view(key))});
    };
    h.list_append = [](weir_context* c, weir_slice key, int64_t w, const weir_record* r, size_t n) -> size_t {
      auto& list = c->lists[{std::string(view(key)), w}];
      host_memory::retain(r, n);
      list.insert(list.end(), r, r + n);
      return list.size();
    };
    h.list_emit = [](weir_context* c, uint32_t port, weir_slice key, int64_t w, int64_t start, int64_t end) {
      auto node = c->lists.extract({std::string(view(key)), w});
      if (node.empty() || node.mapped().empty()) return;
      auto& list = node.mapped();
      const weir_group group{sizeof(weir_group), 0, key, start, end, list.data(), list.size()};
      host().emit_group(c, port, &group);
      host_memory::release(list.data(), list.size());
    };
    h.list_clear = [](weir_context* c, weir_slice key, int64_t w) {
      auto node = c->lists.extract({std::string(view(key)), w});
      if (!node.empty()) host_memory::release(node.mapped().data(), node.mapped().size());
    };
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

/// Fills in the defaults that the descriptor declares, read as JSON: "5s" is given as 5000 by the caller's
/// `units`, every other text by its type. Units: ms, s, m, h and KiB, MiB, GiB suffice for defaults.
inline nlohmann::json default_of(const weir_option& option) {
  const std::string text = option.default_value;
  const auto scaled = [&](const std::map<std::string, double>& units) -> nlohmann::json {
    std::size_t used = 0;
    const double n = std::stod(text, &used);
    const auto unit = units.find(text.substr(used));
    if (unit == units.end())
      throw std::invalid_argument("default of '" + std::string(option.name) + "': " + text);
    return static_cast<std::int64_t>(n * unit->second);
  };
  switch (static_cast<weir_option_type>(option.type)) {
    case WEIR_BOOL:
      return text == "true";
    case WEIR_INTEGER:
      return std::stoll(text);
    case WEIR_NUMBER:
      return std::stod(text);
    case WEIR_DURATION:
      return scaled({{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});
    case WEIR_SIZE:
      return scaled({{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}});
    case WEIR_STRING_LIST:
      return nlohmann::json::array({text});
    default:
      return text;
  }
}

inline void fill_defaults(nlohmann::json& values, const weir_option* const* declared) {
  for (; declared != nullptr && *declared != nullptr; ++declared) {
    const weir_option& option = **declared;
    auto found = values.find(option.name);
    if (found == values.end()) {
      if (option.default_value != nullptr) values[option.name] = default_of(option);
    } else if (option.type == WEIR_OBJECT) {
      fill_defaults(*found, option.fields);
    } else if (option.type == WEIR_OBJECT_LIST) {
      for (auto& element : *found) fill_defaults(element, option.fields);
    } else if (option.type == WEIR_STRING_LIST && found->is_string()) {
      *found = nlohmann::json::array({*found});
    }
  }
}

/// One instance of a plugin class with a host around it. Used from one thread.
template <class Plugin>
class Harness {
 public:
  /// Opens the stage and makes one instance; start() is called by the first use, or by the test.
  explicit Harness(std::string_view options = "{}") : plugin_(detail::Trampoline<Plugin>::plugin()) {
    auto values = nlohmann::json::parse(options);
    fill_defaults(values, plugin_->options);
    const std::string text = values.dump();
    context_.place = {sizeof(weir_place),        0, 1, 0, 1, slice(context_.pipeline_name),
                      slice(context_.stage_name)};
    stage_ = plugin_->open(&host(), &context_, slice(text));
    if (stage_ == nullptr) {
      if (context_.problems.empty()) fail_with(WEIR_FAILED);
      throw PluginError(WEIR_FAILED, "option", context_.problems[0].second, context_.problems[0].first);
    }
    const auto* ports = plugin_->stage_ports != nullptr ? plugin_->stage_ports(stage_) : plugin_->ports;
    for (; *ports != nullptr; ++ports) context_.port_names.emplace_back((*ports)->name);
    instance_ = plugin_->create(stage_, &context_);
    if (instance_ == nullptr) fail_with(WEIR_FAILED);
  }
  Harness(const Harness&) = delete;
  Harness& operator=(const Harness&) = delete;
  ~Harness() {
    if (instance_ != nullptr) plugin_->destroy(instance_);
    if (stage_ != nullptr) plugin_->close(stage_);
  }

  /// Makes the instance that of task `task` of `tasks`. Before its first use.
  void as_task(std::uint32_t task, std::uint32_t tasks) {
    context_.place.task = task;
    context_.place.tasks = tasks;
  }

  void start() {
    if (started_) return;
    started_ = true;
    check(plugin_->start(instance_, &context_));
  }

  /// Hands a batch of records to a process, window or sink. `keys`: the stage's `key:` of each, if it has
  /// one.
  void process(const std::vector<Item>& items, const std::vector<std::string>& keys = {}) {
    start();
    const Owned owned(*this, items);
    std::vector<weir_slice> key_slices;
    for (const auto& key : keys) key_slices.push_back(slice(key));
    const weir_batch batch{sizeof(weir_batch), 0, owned.records.data(), owned.records.size(),
                           keys.empty() ? nullptr : key_slices.data(), 0, 0};
    const weir_status status = plugin_->process(instance_, &context_, &batch);
    settle(status, owned.records);
  }
  void write(const std::vector<Item>& items) { process(items); }

  void group(const std::vector<Item>& items, std::int64_t group_start = 0, std::int64_t group_end = 0) {
    start();
    const Owned owned(*this, items);
    const weir_group g{sizeof(weir_group),  0, kAbsent, group_start, group_end, owned.records.data(),
                       owned.records.size()};
    const weir_status status = plugin_->process_group(instance_, &context_, &g);
    settle(status, owned.records);
  }

  /// One poll of a source. Throws PluginError when it fails.
  weir_status poll(std::size_t budget = 1u << 20) {
    start();
    const weir_status status = plugin_->poll(instance_, &context_, budget);
    if (status < 0) fail_with(status);
    return status;
  }
  /// Polls until the source ends; between polls that find nothing it waits for the source's wake().
  void poll_to_end() {
    for (;;) {
      const std::uint64_t seen = wakes();
      const weir_status status = poll();
      if (status == WEIR_END) return;
      if (status == WEIR_IDLE) wait_for_wake(seen);
    }
  }
  /// Waits until wake() was called more than `seen` times, at most for a short while.
  void wait_for_wake(std::uint64_t seen) {
    std::unique_lock lock(context_.mutex);
    context_.changed.wait_for(lock, std::chrono::milliseconds(50), [&] { return context_.wakes > seen; });
  }
  std::uint64_t wakes() {
    const std::lock_guard lock(context_.mutex);
    return context_.wakes;
  }
  void commit(const std::vector<std::tuple<std::string, std::int32_t, std::int64_t>>& positions) {
    hand_positions(positions, plugin_->commit);
  }
  /// Before start().
  void restore(const std::vector<std::tuple<std::string, std::int32_t, std::int64_t>>& positions) {
    hand_positions(positions, plugin_->restore);
  }

  void flush() {
    start();
    if (plugin_->flush != nullptr) check(plugin_->flush(instance_, &context_));
  }
  void finish() {
    start();
    check(plugin_->finish(instance_, &context_));
  }
  /// As when the pipeline aborts. [any-thread]
  void abort() {
    {
      const std::lock_guard lock(context_.mutex);
      context_.aborted = true;
    }
    plugin_->interrupt(instance_);
  }

  /// Moves processing time forward and calls the timers that come due, in order.
  void advance(std::chrono::milliseconds by) {
    start();
    const auto target = context_.clock.now() + by;
    while (!context_.timers.empty() && std::get<0>(*context_.timers.begin()) <= target.count()) {
      const auto [at, domain, key] = *context_.timers.begin();
      context_.timers.erase(context_.timers.begin());
      context_.clock.set(std::max(context_.clock.now(), std::chrono::milliseconds(at)));
      const weir_timer timer{sizeof(weir_timer), domain, key.empty() ? kAbsent : slice(key), at};
      check(plugin_->on_timer(instance_, &context_, &timer));
    }
    context_.clock.set(target);
  }

  /// What has left by a port since it was last asked for.
  std::vector<Item> out(const std::string& port = "out") { return std::exchange(context_.out[port], {}); }
  std::vector<GroupItem> groups(const std::string& port = "out") {
    return std::exchange(context_.groups[port], {});
  }
  /// The values of out(port); a tombstone reads as "(none)".
  std::vector<std::string> values(const std::string& port = "out") {
    std::vector<std::string> all;
    for (auto& item : out(port)) all.push_back(item.value.value_or("(none)"));
    return all;
  }
  std::vector<Item> errors() { return out("error"); }

  std::uint64_t counter(const std::string& name) {
    const std::lock_guard lock(context_.mutex);
    const auto found = context_.counters.find(name);
    return found == context_.counters.end() ? 0 : found->second->load();
  }
  std::vector<std::string> log_lines() {
    const std::lock_guard lock(context_.mutex);
    return context_.log;
  }
  TestClock& clock() { return context_.clock; }
  double progress() { return plugin_->progress(instance_); }
  /// Milliseconds that the plugin has waited by Context::sleep; the clock moves instead.
  std::int64_t slept() {
    const std::lock_guard lock(context_.mutex);
    return context_.slept;
  }
  /// The origins of each give_up, as "topic/partition"; `then` runs inside the call.
  const std::vector<std::vector<std::string>>& given_up() const { return context_.given_up; }
  void on_give_up(std::function<void()> then) { context_.on_give_up = std::move(then); }

 private:
  /// Records over copied bytes, alive for one call.
  struct Owned {
    Owned(Harness& h, const std::vector<Item>& items) {
      for (const Item& item : items) records.push_back(h.record_of(item));
    }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { host_memory::release(records.data(), records.size()); }
    std::vector<weir_record> records;
  };

  weir_record record_of(const Item& item) {
    std::size_t size = item.value.value_or("").size() + item.key.value_or("").size() +
                       (item.headers.size() + 1) * sizeof(weir_header);
    for (const auto& [name, value] : item.headers) size += name.size() + value.size();
    char* p = nullptr;
    weir_block* block = host_memory::block_new(size, &p);
    auto* headers = reinterpret_cast<weir_header*>(p);
    p += item.headers.size() * sizeof(weir_header);
    const auto put = [&p](const std::string& s) {
      std::memcpy(p, s.data(), s.size());
      const weir_slice to{p, s.size()};
      p += s.size();
      return to;
    };
    for (std::size_t i = 0; i < item.headers.size(); ++i) {
      headers[i] = {put(item.headers[i].first), put(item.headers[i].second)};
    }
    Record r;
    r.block = block;
    r.headers = headers;
    r.header_count = static_cast<std::uint32_t>(item.headers.size());
    if (item.key) r.key = put(*item.key);
    if (item.value) r.value = put(*item.value);
    r.event_time = item.event_time;
    r.position = item.position;
    if (!item.origin.empty()) r.origin = host().origin(&context_, slice(item.origin), item.partition);
    if (item.attempts == 0) return r;
    weir_record failed =
        host_memory::with_failure(r, {context_.stage_name, "out", item.code, item.message}, item.last_time);
    host_memory::release(&r, 1);
    auto* failure = const_cast<weir_failure*>(failed.failure);
    failure->attempts = item.attempts;
    failure->first_time = item.first_time;
    return failed;
  }

  /// As the runtime does: items of a call that failed go to the error port.
  void settle(weir_status status, const std::vector<weir_record>& records) {
    if (status == WEIR_FAILED) {
      host().fail(&context_, WEIR_ERROR_PORT, records.data(), records.size(), slice(context_.error_code),
                  slice(context_.error_text));
    } else if (status < 0) {
      fail_with(status);
    }
  }
  template <class F>
  void hand_positions(const std::vector<std::tuple<std::string, std::int32_t, std::int64_t>>& positions,
                      F function) {
    std::vector<weir_position> all;
    for (const auto& [name, partition, next] : positions) {
      all.push_back({host().origin(&context_, slice(name), partition), next});
    }
    check(function(instance_, &context_, all.data(), all.size()));
  }
  void check(weir_status status) {
    if (status < 0) fail_with(status);
  }
  [[noreturn]] void fail_with(weir_status status) {
    throw PluginError(status, context_.error_code, context_.error_text);
  }

  const weir_plugin* plugin_;
  weir_context context_;
  weir_stage* stage_ = nullptr;
  weir_instance* instance_ = nullptr;
  bool started_ = false;
};

}  // namespace weir::testing
