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
#include <weir/testing_host.h>
#include <weir/testing_items.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace weir::testing {

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
    const weir_batch batch{sizeof(weir_batch),
                           0,
                           owned.records.data(),
                           owned.records.size(),
                           keys.empty() ? nullptr : key_slices.data(),
                           0,
                           0};
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
    fire(context_.timers, WEIR_PROCESSING_TIME, target.count(), [&](std::int64_t at) {
      context_.clock.set(std::max(context_.clock.now(), std::chrono::milliseconds(at)));
    });
    context_.clock.set(target);
  }

  /// Event time has come so far: calls the event timers that come due, in the order of time, then key.
  void watermark(std::int64_t time) {
    start();
    context_.watermark = std::max(context_.watermark, time);
    fire(context_.event_timers, WEIR_EVENT_TIME, context_.watermark, [](std::int64_t) {});
  }

  /// As at the end of the input: event time ends, then the stage finishes.
  void end() {
    watermark(INT64_MAX);
    finish();
  }

  /// Destroys the instance and makes another with the same state, lists and timers, as after a restart.
  void restart() {
    start();
    plugin_->destroy(instance_);
    instance_ = plugin_->create(stage_, &context_);
    if (instance_ == nullptr) fail_with(WEIR_FAILED);
    started_ = false;
    start();
  }

  /// How many entries of state, lists and timers the stage has left in the host.
  std::size_t held() const {
    std::size_t sum = context_.timers.size() + context_.event_timers.size();
    for (const auto& [place, list] : context_.lists) sum += list.empty() ? 0 : 1;
    for (const auto& [name, state] : context_.states) sum += state->values.size() + state->maps.size();
    return sum;
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
  template <class F>
  void fire(weir_context::Timers& timers, weir_time_domain domain, std::int64_t until, F&& before) {
    while (!timers.empty() && timers.begin()->first <= until) {
      const auto [at, key] = *timers.begin();
      timers.erase(timers.begin());
      before(at);
      const weir_timer timer{sizeof(weir_timer), domain, key ? slice(*key) : kAbsent, at};
      check(plugin_->on_timer(instance_, &context_, &timer));
    }
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
