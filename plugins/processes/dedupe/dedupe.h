// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/process.h>
#include <weir/state.h>

#include <cstdint>

namespace weir::dedupe {

/// Lets the first record of each key pass; those that follow within a time leave by `duplicate`. Records are
/// handed on as they are.
class Dedupe final : public Process {
 public:
  static constexpr Port kOut{0}, kDuplicate{1}, kLate{2};

  static void describe(Descriptor& d);
  /// `late` is there in event time only.
  static PortList ports(const Options& options);
  static std::string misfits(const Options& options, Surroundings around);
  explicit Dedupe(const Options& options);

  void start(Context& context) override;
  using Process::process;
  void process(const Record& record, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;

 private:
  void process_by_clock(const Record& record, Context& out);
  void process_by_event(const Record& record, Context& out);
  /// Time in pieces of `within`: of those that pass there is one in each at most, so a record's duplicates
  /// are found in its own and the two beside it.
  std::int64_t slot_of(std::int64_t time) const;

  const std::int64_t within_;
  const bool event_time_;
  const bool renew_;
  /// In processing time: the key was seen.
  ValueState<char> seen_;
  /// In event time: the times of those that passed and may still have duplicates, by their slots.
  MapState<std::int64_t> passed_{"passed"};
};

}  // namespace weir::dedupe
