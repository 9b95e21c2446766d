// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>
#include <weir/state.h>

#include <cstdint>
#include <functional>
#include <string>

namespace weir::test {

struct Mean {
  struct Accumulator {
    double sum = 0;
    std::int64_t count = 0;
  };
  Accumulator create() const { return {}; }
  void add(Accumulator& a, double n) const { a.sum += n, ++a.count; }
  double result(const Accumulator& a) const { return a.sum / static_cast<double>(a.count); }
};

/// Process `keeper`: keeps states of all kinds for each key, ten seconds long, the first of them longer with
/// each look. What a record's JSON asks for, in this order: `forget: true` clears all; `n` goes into all;
/// `drop` takes a field out of the map; `alarm: MS` sets a timer so far from now, `cancel: MS` deletes it,
/// `wake: T` sets one of event time; `port: N` emits there; `show: true` emits all by `out`. Timers emit "KEY
/// TIME" by `side`.
class Keeper final : public Process {
 public:
  static void describe(Descriptor& d);
  explicit Keeper(const Options&) {}
  void start(Context& context) override;
  using Process::process;
  void process(const Record& record, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;

 private:
  static constexpr TimeToLive kTime{std::chrono::seconds(10)};
  void show(Context& out) const;

  ValueState<std::string> value_{"value", {std::chrono::seconds(10), true}};
  ListState<std::string> list_{"list", kTime};
  MapState<std::int64_t> map_{"map", kTime};
  ReducingState<std::int64_t, std::plus<>> sum_{"sum", {}, kTime};
  AggregatingState<Mean> mean_{"mean", {}, kTime};
  ValueState<std::int64_t> ever_{"ever"};
};

}  // namespace weir::test
