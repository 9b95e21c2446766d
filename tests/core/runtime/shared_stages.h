// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>
#include <weir/state.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir::test {

/// Source `shards`: value i belongs to partition i mod `partitions` of "t", at positions 0, 1, ...; each task
/// reads every n-th partition, n being the number of tasks, `each` values a poll. Notes "commit
/// PARTITION=NEXT". While the gate "STAGE N" is closed task N gives nothing. Order: "give up P", a
/// partition, which is then read no more; it notes "gave up".
class Shards final : public Source {
 public:
  static void describe(Descriptor& d);
  explicit Shards(const Options& options);
  void start(Context& context) override;
  Poll poll(Context& out, std::size_t budget) override;
  void commit(std::span<const weir_position> positions, Context&) override;
  void restore(std::span<const weir_position> positions, Context&) override;

 private:
  struct Part {
    const weir_origin* origin;
    std::vector<std::string> values;
    std::int64_t next = 0;
  };
  void take_order(Context& out);

  const std::vector<std::string> values_;
  const std::int64_t partitions_, each_;
  const bool stay_;
  std::map<std::int32_t, std::int64_t> restored_;
  std::vector<Part> parts_;
  std::string name_;
};

/// Process `whose`: notes "KEY in task N" (the value's field `k`) and hands the record on. With `gate` it
/// waits before each record at the gate named like the task's number. A record with `fail` stops the
/// pipeline.
class Whose final : public Process {
 public:
  static void describe(Descriptor& d);
  explicit Whose(const Options& options) : gated_(options.boolean("gate")) {}
  void start(Context& context) override;
  using Process::process;
  void process(const Record& record, Context& out) override;
  void interrupt() override;

 private:
  const bool gated_;
  std::string task_;
  std::atomic<bool> interrupted_{false};
};

/// Process `total`: keeps state without a key and needs none: how many records it has seen. Emits the count
/// at the end of the input, and notes "total in task N" for each record.
class Total final : public Process {
 public:
  static void describe(Descriptor& d);
  explicit Total(const Options&) {}
  void start(Context& context) override;
  using Process::process;
  void process(const Record& record, Context& out) override;
  void finish(Context& out) override;

 private:
  std::int64_t count(const Context& c, std::int64_t more) const;
  weir_state* state_ = nullptr;
  std::string task_;
};

/// Window `held`: lists of records for each key, kept until the watermark reaches the record's `until`; then,
/// or at the end, a group. All of it is in the host's state.
class Held final : public Window {
 public:
  static void describe(Descriptor& d);
  explicit Held(const Options&) {}
  void process(const Batch& batch, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;
};

/// Process `joined`: a group as one record "KEY: VALUE, VALUE".
class Joined final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static void describe(Descriptor& d);
  explicit Joined(const Options&) {}
  using Process::process;
  void process(const Group& group, Context& out) override;
};

}  // namespace weir::test
