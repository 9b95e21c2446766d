// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>
#include <weir/state.h>

#include <cstdint>
#include <string>

namespace weir::test {

/// Process `visits`: counts the records of each key and emits "KEY COUNT". Where the record's JSON has
/// `timer`, an event-time timer is set, which emits "KEY timer TIME COUNT at WATERMARK"; with `unset` it is
/// deleted again. With `show` the count is followed by " at WATERMARK". With `again: n` in
/// the file each timer sets another one n ms later.
class Visits final : public Process {
 public:
  static void describe(Descriptor& d);
  explicit Visits(const Options& options) : again_(options.integer("again")) {}
  void start(Context& context) override { count_.open(context); }
  using Process::process;
  void process(const Record& record, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;

 private:
  const std::int64_t again_;
  ValueState<std::int64_t> count_{"count"};
};

/// Process `rules` with the inputs `data` and `rules` (broadcast): a rule "NAME=TEXT" is kept; a data record
/// NAME becomes "NAME:TEXT", or "NAME?" where there is no rule. A data record "write" tries to write a rule.
class Rules final : public Process {
 public:
  static void describe(Descriptor& d);
  explicit Rules(const Options&) {}
  void start(Context& context) override { rules_.open(context); }
  void process_input(std::uint32_t input, const Record& record, Context& out) override;

 private:
  BroadcastState<std::string> rules_{"rules"};
};

}  // namespace weir::test
