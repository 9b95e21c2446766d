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
// The steps are those of `etl-run test`: records (process, group, poll), clock (advance), watermark, idle,
// restart, crash, end, fail (fail_next); then out, groups, errors, counter and rest say what came of them.
//
//     weir::testing::Harness<Join> join(R"({"lower": "-5s", "upper": "5s"})");
//     join.process_into("left", {{"{}", 1'000}}, {"a"});   // a value with its event time; the stage's key
//     join.restart();
//     join.process_into("right", {{"{}", 2'000}}, {"a"});
//     join.watermark("left", 10'000);
//
// The options are given as the host would hand them over: defaults are filled in from the descriptor,
// durations are milliseconds and sizes bytes. Errors of the plugin are thrown as weir::testing::PluginError.
#pragma once

#include <weir/abi.h>
#include <weir/host_memory.h>
#include <weir/plugin.h>
#include <weir/testing_host.h>
#include <weir/testing_items.h>
#include <weir/testing_options.h>
#include <weir/testing_records.h>
#include <weir/testing_stage.h>
#include <weir/testing_state.h>
#include <weir/testing_times.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace weir::testing {

/// One instance of a plugin class with a host around it. Used from one thread.
template <class Plugin>
class Harness {
 public:
  /// Opens the stage and makes one instance; start() is called by the first use, or by the test.
  explicit Harness(std::string_view options = "{}")
      : plugin_(detail::Trampoline<Plugin>::plugin()),
        stage_(*plugin_, with_defaults(options, plugin_->options)),
        times_(inputs()) {}

  /// Makes the instance that of task `task` of `tasks`. Before its first use.
  void as_task(std::uint32_t task, std::uint32_t tasks) {
    context_.place.task = task;
    context_.place.tasks = tasks;
  }

  void start() { stage_.start(); }

  /// Hands a batch of records to a process, window or sink; where it has several inputs, to the first.
  /// `keys`: the stage's `key:` of each, if it has one.
  void process(const std::vector<Item>& items, const std::vector<std::string>& keys = {}) {
    hand_in(0, items, keys);
  }
  void write(const std::vector<Item>& items) { process(items); }
  /// Hands it to the input of that name. What all tasks see has no keys.
  void process_into(const std::string& input, const std::vector<Item>& items,
                    const std::vector<std::string>& keys = {}) {
    hand_in(stage_.input_of(input), items, keys);
  }

  void group(const std::vector<Item>& items, std::int64_t group_start = 0, std::int64_t group_end = 0,
             const std::optional<std::string>& key = {}) {
    hand_in_group(0, items, group_start, group_end, key);
  }
  /// Hands it to the input of that name.
  void group_into(const std::string& input, const std::vector<Item>& items, std::int64_t group_start = 0,
                  std::int64_t group_end = 0, const std::optional<std::string>& key = {}) {
    hand_in_group(stage_.input_of(input), items, group_start, group_end, key);
  }

  /// The next calls with records or groups are not made but fail with this reason: what they were given
  /// leaves by `error`. With `stop` they throw PluginError, as they would stop a pipeline.
  void fail_next(std::string code, std::string message, int times = 1, bool stop = false) {
    failing_ = {std::move(code), std::move(message), times, stop};
  }

  /// One poll of a source. Throws PluginError when it fails.
  weir_status poll(std::size_t budget = 1u << 20) {
    start();
    const weir_status status = plugin_->poll(stage_.instance(), &context_, budget);
    if (status < 0) stage_.fail_with(status);
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
    if (plugin_->flush != nullptr) stage_.check(plugin_->flush(stage_.instance(), &context_));
  }
  void finish() {
    start();
    stage_.check(plugin_->finish(stage_.instance(), &context_));
  }
  /// As when the pipeline aborts. [any-thread]
  void abort() {
    {
      const std::lock_guard lock(context_.mutex);
      context_.aborted = true;
    }
    plugin_->interrupt(stage_.instance());
  }

  /// Moves processing time forward and calls the timers that come due, in order.
  void advance(std::chrono::milliseconds by) {
    start();
    const auto target = context_.clock.now() + by;
    fire(context_.kept.timers, WEIR_PROCESSING_TIME, target.count(), [&](std::int64_t at) {
      context_.clock.set(std::max(context_.clock.now(), std::chrono::milliseconds(at)));
    });
    context_.clock.set(target);
    context_.forget_windows(WEIR_PROCESSING_TIME, target.count());
  }

  /// Event time has come so far at all inputs: calls the event timers that come due, in the order of time,
  /// then key.
  void watermark(std::int64_t time) {
    for (std::size_t i = 0; i < inputs(); ++i) times_.tell(i, time);
    fire_event_timers();
  }
  /// At the input of that name; that of the stage is the smallest over its inputs.
  void watermark(const std::string& input, std::int64_t time) {
    times_.tell(stage_.input_of(input), time);
    fire_event_timers();
  }
  /// No event time is to be expected from that input, until it tells one.
  void idle(const std::string& input) {
    times_.set_idle(stage_.input_of(input));
    fire_event_timers();
  }

  /// As at the end of the input: event time ends, then the stage finishes.
  void end() {
    watermark(INT64_MAX);
    finish();
  }

  /// Flushes, and keeps a copy of what the stage holds in the host: state, lists, timers, event time. Of a
  /// plugin that is not `stateful` nothing is kept.
  void checkpoint() {
    flush();
    saved_ = {};
    if ((plugin_->capabilities & WEIR_STATEFUL) != 0) saved_ = {context_.kept, times_};
  }
  /// A checkpoint; then the stage is taken down, and opened again with what the checkpoint holds. What has
  /// left is still there to be asked for, and counters go on.
  void restart() {
    checkpoint();
    crash();
  }
  /// The same without a new checkpoint: all goes back to the last one, or to the beginning.
  void crash() {
    const Saved last = saved_.value_or(Saved{{}, InputTimes(inputs())});
    stage_.open_again();
    context_.kept = last.kept;
    times_ = last.times;
    context_.watermark = times_.now();
    start();
  }

  // -- transactions of sinks --

  /// Before start: how the sink takes part in checkpoints, WEIR_IN_TRANSACTIONS and WEIR_KEEPS_CHECKPOINTS.
  void work_in(std::uint32_t transactions) { context_.place.transactions = transactions; }
  /// Empty, or why a stage with these options cannot.
  std::string refuses(std::uint32_t transactions, std::uint32_t instances = 1) {
    const char* const why = plugin_->stage_refuses == nullptr
                                ? nullptr
                                : plugin_->stage_refuses(stage_.stage(), transactions, instances);
    return why == nullptr ? std::string() : why;
  }
  /// The JSON Schema of what an input takes; empty: any.
  std::string takes(std::uint32_t input = 0) {
    const char* const schema =
        plugin_->stage_takes == nullptr ? nullptr : plugin_->stage_takes(stage_.stage(), input);
    return schema == nullptr ? std::string() : schema;
  }
  std::string prepare(std::uint64_t checkpoint) {
    start();
    weir_slice transaction{};
    stage_.check(plugin_->prepare(stage_.instance(), &context_, checkpoint, &transaction));
    return std::string(view(transaction));
  }
  void commit_prepared() { stage_.check(plugin_->commit_prepared(stage_.instance(), &context_)); }
  /// Positions as {name of the origin, partition, next}; claims as {name of the stage, claim}.
  void save_checkpoint(const std::string& name, std::uint64_t number, const std::string& content,
                       const std::vector<std::tuple<std::string, std::int32_t, std::int64_t>>& positions = {},
                       const std::vector<std::pair<std::string, std::string>>& claims = {}) {
    start();
    std::vector<weir_header> proofs;
    for (const auto& [stage, claim] : claims) proofs.push_back({slice(stage), slice(claim)});
    hand_positions(positions, [&](auto* i, auto* c, const weir_position* p, std::size_t n) {
      const weir_checkpoint checkpoint{
          sizeof checkpoint, 0, slice(name), number, slice(content), p, n, proofs.data(), proofs.size(),
          nullptr,           0};
      return plugin_->save_checkpoint(i, c, &checkpoint);
    });
  }
  /// What belongs to a partition of the origin "topic"; no content: as it was saved last.
  struct Unit {
    std::int32_t partition = 0;
    std::int64_t next = 0;
    std::uint64_t term = 0;
    std::uint64_t number = 0;
    std::optional<std::string> content;
    bool leaves = false;
  };
  /// Of a sink that keeps state by partition; claims as above.
  void save_units(const std::vector<Unit>& units,
                  const std::vector<std::pair<std::string, std::string>>& claims = {}) {
    start();
    std::vector<weir_header> proofs;
    for (const auto& [stage, claim] : claims) proofs.push_back({slice(stage), slice(claim)});
    std::vector<weir_unit> all;
    std::vector<std::string> names;
    std::vector<weir_position> positions;
    names.reserve(units.size());
    for (const auto& unit : units) {
      const weir_origin* const origin = host().origin(&context_, slice("topic"), unit.partition);
      names.push_back(unit_name(unit.partition));
      all.push_back({slice(names.back()), origin, unit.next, unit.term, unit.number,
                     unit.content ? slice(*unit.content) : kAbsent, unit.leaves ? 1u : 0u, 0});
      positions.push_back({origin, unit.next});
    }
    const weir_checkpoint checkpoint{sizeof checkpoint, 0,
                                     kAbsent,           0,
                                     kAbsent,           positions.data(),
                                     positions.size(),  proofs.data(),
                                     proofs.size(),     all.data(),
                                     all.size()};
    stage_.check(plugin_->save_checkpoint(stage_.instance(), &context_, &checkpoint));
  }
  /// Claims the unit of a partition for a task: its term, and what was saved.
  std::pair<std::uint64_t, std::optional<std::string>> claim_unit(std::int32_t partition,
                                                                  std::uint32_t task = 0) {
    start();
    std::pair<std::uint64_t, std::optional<std::string>> claim;
    stage_.check(plugin_->stage_claim(stage_.stage(), &context_, slice(unit_name(partition)), task,
                                      &claim.first, &claim.second,
                                      [](void* to, weir_slice, weir_slice content) {
                                        *static_cast<std::optional<std::string>*>(to) = view(content);
                                      }));
    return claim;
  }
  static std::string unit_name(std::int32_t partition) {
    return "partition-topic-" + std::to_string(partition);
  }
  /// The process is gone and another one begins: what is saved, by name. The instance is another one then.
  std::map<std::string, std::string> load() {
    std::map<std::string, std::string> saved;
    stage_.between_instances([&](weir_stage* stage) {
      stage_.check(
          plugin_->stage_load(stage, &context_, &saved, [](void* to, weir_slice name, weir_slice content) {
            (*static_cast<std::map<std::string, std::string>*>(to))[std::string(view(name))] = view(content);
          }));
    });
    return saved;
  }
  /// The same for what prepare() had returned for the last checkpoint that was saved.
  void recover(const std::vector<std::string>& saved) {
    std::vector<weir_slice> slices;
    for (const auto& one : saved) slices.push_back(slice(one));
    stage_.between_instances([&](weir_stage* stage) {
      stage_.check(plugin_->stage_recover(stage, &context_, slices.data(), slices.size()));
    });
  }

  /// Sources: where the checkpoint says that reading goes on.
  void set_saved_position(const std::string& name, std::int32_t partition, std::int64_t next) {
    context_.saved_positions[name + "/" + std::to_string(partition)] = next;
  }
  std::string claim() { return std::string(view(plugin_->claim(stage_.instance(), &context_))); }

  /// How many entries of state, lists and timers the stage has left in the host.
  std::size_t held() const {
    const Kept& kept = context_.kept;
    std::size_t sum = kept.timers.size() + kept.event_timers.size();
    for (const auto& [place, list] : kept.lists.of) sum += list.empty() ? 0 : 1;
    for (const auto& [name, state] : kept.states) sum += state.values.size() + state.maps.size();
    return sum;
  }

  /// How many bytes the values of its states have.
  std::size_t state_bytes() const {
    std::size_t sum = 0;
    for (const auto& [name, state] : context_.kept.states) {
      for (const auto& [place, value] : state.values) sum += value.bytes.size();
      for (const auto& [place, map] : state.maps) {
        for (const auto& [field, value] : map) sum += value.bytes.size();
      }
    }
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
  /// What has left and nobody has asked for: "port: value", a group as "port: value+value".
  std::vector<std::string> rest() {
    std::vector<std::string> all;
    for (const auto& [port, items] : context_.out) {
      for (const auto& item : items) all.push_back(port + ": " + item.value.value_or("(none)"));
    }
    for (const auto& [port, groups] : context_.groups) {
      for (const auto& group : groups) {
        std::string& text = all.emplace_back(port + ": ");
        for (const auto& item : group.records)
          text += (&item == &group.records.front() ? "" : "+") + item.value.value_or("(none)");
      }
    }
    return all;
  }

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
  double progress() { return plugin_->progress(stage_.instance()); }
  /// Milliseconds that the plugin has waited by Context::sleep; the clock moves instead.
  std::int64_t slept() {
    const std::lock_guard lock(context_.mutex);
    return context_.slept;
  }
  /// The origins of each take_over, as "topic/partition of PARTITIONS"; `then` runs inside the call.
  const std::vector<std::vector<std::string>>& taken_over() const { return context_.taken_over; }
  void on_take_over(std::function<void()> then) { context_.on_take_over = std::move(then); }
  /// The origins of each give_up, as "topic/partition"; `then` runs inside the call.
  const std::vector<std::vector<std::string>>& given_up() const { return context_.given_up; }
  void on_give_up(std::function<void()> then) { context_.on_give_up = std::move(then); }

 private:
  struct Saved {
    Kept kept;
    InputTimes times;
  };

  struct Failing {
    std::string code, message;
    int times = 0;
    bool stop = false;
  };

  /// For event time: a stage without named inputs has one.
  std::size_t inputs() const { return std::max<std::size_t>(stage_.input_count(), 1); }

  void hand_in(std::size_t input, const std::vector<Item>& items, const std::vector<std::string>& keys) {
    start();
    const CallRecords records(context_, items);
    std::vector<weir_slice> key_slices;
    for (const auto& key : keys) key_slices.push_back(slice(key));
    const bool broadcast = stage_.is_broadcast(input);
    const weir_batch batch{sizeof(weir_batch),
                           static_cast<std::uint32_t>(input),
                           records.data(),
                           records.size(),
                           keys.empty() || broadcast ? nullptr : key_slices.data(),
                           broadcast ? 1u : 0u,
                           0};
    const weir_status status = called([&] { return plugin_->process(stage_.instance(), &context_, &batch); });
    settle(status, records);
    context_.forget_windows(WEIR_EVENT_TIME, context_.watermark);
  }

  void hand_in_group(std::size_t input, const std::vector<Item>& items, std::int64_t group_start,
                     std::int64_t group_end, const std::optional<std::string>& key) {
    start();
    const CallRecords records(context_, items);
    const weir_group g{sizeof(weir_group),
                       static_cast<std::uint32_t>(input),
                       key ? slice(*key) : kAbsent,
                       group_start,
                       group_end,
                       records.data(),
                       records.size()};
    const weir_status status =
        called([&] { return plugin_->process_group(stage_.instance(), &context_, &g); });
    settle(status, records);
    context_.forget_windows(WEIR_EVENT_TIME, context_.watermark);
  }

  void fire_event_timers() {
    start();
    context_.watermark = times_.now();
    fire(context_.kept.event_timers, WEIR_EVENT_TIME, context_.watermark, [](std::int64_t) {});
    context_.forget_windows(WEIR_EVENT_TIME, context_.watermark);
  }

  template <class Call>
  weir_status called(Call&& call) {
    if (failing_.times == 0) return call();
    --failing_.times;
    context_.error_code = failing_.code;
    context_.error_text = failing_.message;
    return failing_.stop ? WEIR_STOP : WEIR_FAILED;
  }

  /// As the runtime does: items of a call that failed go to the error port.
  void settle(weir_status status, const CallRecords& records) {
    if (status == WEIR_FAILED) {
      host().fail(&context_, WEIR_ERROR_PORT, records.data(), records.size(), slice(context_.error_code),
                  slice(context_.error_text));
    } else if (status < 0) {
      stage_.fail_with(status);
    }
  }
  template <class F>
  void hand_positions(const std::vector<std::tuple<std::string, std::int32_t, std::int64_t>>& positions,
                      F function) {
    std::vector<weir_position> all;
    for (const auto& [name, partition, next] : positions) {
      all.push_back({host().origin(&context_, slice(name), partition), next});
    }
    stage_.check(function(stage_.instance(), &context_, all.data(), all.size()));
  }
  template <class F>
  void fire(Kept::Timers& timers, weir_time_domain domain, std::int64_t until, F&& before) {
    while (!timers.empty() && timers.begin()->first <= until) {
      const auto [at, key] = *timers.begin();
      timers.erase(timers.begin());
      if (at != INT64_MIN) context_.forget_windows(domain, at - 1);
      before(at);
      const weir_timer timer{sizeof(weir_timer), domain, key ? slice(*key) : kAbsent, at};
      stage_.check(plugin_->on_timer(stage_.instance(), &context_, &timer));
    }
  }
  const weir_plugin* plugin_;
  StageUnderTest stage_;
  weir_context& context_ = stage_.context();
  InputTimes times_;
  Failing failing_;
  std::optional<Saved> saved_;  ///< the last checkpoint; none where nothing is kept
};

}  // namespace weir::testing
