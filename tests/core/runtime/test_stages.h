// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace weir::test {

/// What the stages below do and see, shared by a test and its stages. Thread-safe.
class Board {
 public:
  /// Holds everything that passes gate(name) until open(name).
  void close(const std::string& name) { set_gate(name, true); }
  void open(const std::string& name) { set_gate(name, false); }
  /// Waits while the gate is closed; false when the stage was interrupted meanwhile.
  bool gate(const std::string& name, const std::atomic<bool>& interrupted);
  bool is_closed(const std::string& name) const;
  void wake_gates() {
    // With the lock: who has looked and is about to wait would miss it otherwise.
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  void note(const std::string& event);
  std::vector<std::string> events() const;
  /// The events that begin with `prefix`, without it.
  std::vector<std::string> events(const std::string& prefix) const;
  /// Waits until `condition` holds of the events, at most 20 s; false when it does not.
  bool wait_for(const std::function<bool(const std::vector<std::string>&)>& condition) const;
  /// Waits until that event was noted.
  bool wait_for(const std::string& event) const;

  /// Lets the script source do something at its next poll.
  void tell_source(const std::string& order);
  std::vector<std::string> take_orders();

  void clear();

 private:
  void set_gate(const std::string& name, bool closed);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<std::string, bool> closed_;
  std::vector<std::string> events_;
  std::vector<std::string> orders_;
};

/// The board of the running test.
Board& board();

/// Source `script`: emits `values` ("t/0" at positions 0, 1, ...), `each` a poll. Notes "commit
/// NAME/PARTITION=NEXT". Orders: "give_up", "lose", "throw", "note" (of what it is asked for). With `forever`
/// it starts again at the end, with growing positions. With `partitions: n` value i goes to "t/(i mod n)". It
/// refuses the first `refuse_commits` commits, noting "refused".
class Script final : public Source {
 public:
  static void describe(Descriptor& d);
  explicit Script(const Options& options);
  Poll poll(Context& out, std::size_t budget) override;
  void commit(std::span<const weir_position> positions, Context&) override;
  void restore(std::span<const weir_position> positions, Context&) override;

 private:
  const std::vector<std::string> values_;
  const std::size_t each_;
  const bool forever_, stay_;
  const std::int64_t partitions_;
  std::int64_t refuse_commits_;
  std::int64_t next_ = 0;
};

/// Process `mark`: "x" becomes "x!"; "bad" fails with the code `bad`, "throw" throws, "side" leaves by `side`
/// with a reason, "stop" stops the pipeline. With `bare` values pass
/// unmarked. With `gate` it waits at the gate named like the value.
class Marker final : public Process {
 public:
  static constexpr Port kOut{0}, kSide{1};
  static void describe(Descriptor& d);
  explicit Marker(const Options& options);
  using Process::process;
  void process(const Record& record, Context& out) override;
  void interrupt() override;

 private:
  const bool gated_, bare_;
  std::atomic<bool> interrupted_{false};
};

/// Process `slow_mark`: the same on threads of its own.
class SlowMarker final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static void describe(Descriptor& d);
  explicit SlowMarker(const Options& options) : marker_(options) {}
  using Process::process;
  void process(const Record& record, Context& out) override { marker_.process(record, out); }
  void interrupt() override { marker_.interrupt(); }

 private:
  Marker marker_;
};

/// Sink `keep`: notes "NAME got VALUE[ (code attempts)]" and "NAME flushed"; with `times` it adds " @TIME" to
/// values that have an event time. Refuses the value in `refuse`.
class Keep final : public Sink {
 public:
  static void describe(Descriptor& d);
  explicit Keep(const Options& options);
  void start(Context& context) override;
  void write(Records records, Context& out) override;
  void flush(Context&) override;

 private:
  std::string name_;
  const std::string refuse_;
  const bool times_;
};

/// Sink `slow_keep`: the same on a thread of its own, behind the gate named like the stage.
class SlowKeep final : public Sink {
 public:
  static void describe(Descriptor& d);
  explicit SlowKeep(const Options& options) : keep_(options) {}
  void start(Context& context) override;
  void write(Records records, Context& out) override;
  void flush(Context& context) override { keep_.flush(context); }
  void interrupt() override;

 private:
  Keep keep_;
  std::string name_;
  std::atomic<bool> interrupted_{false};
};

/// Window `pairs`: groups of `count`; the rest at the end.
class Pairs final : public Window {
 public:
  static void describe(Descriptor& d);
  explicit Pairs(const Options& options) : count_(static_cast<std::size_t>(options.integer("count"))) {}
  void process(const Batch& batch, Context& out) override;
  void finish(Context& out) override;

 private:
  const std::size_t count_;
};

/// Process `typed`: hands records on by `out`, whose schema wants objects with an integer `age`. A value that
/// begins with '!' leaves as a group by `out`, one with '?' as a record by `groups`, which carries groups.
class Typed : public Process {
 public:
  static constexpr Port kOut{0}, kGroups{1};
  static void describe(Descriptor& d);
  explicit Typed(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override;
};

/// Process `slow_typed`: the same on threads of its own.
class SlowTyped final : public Typed {
 public:
  static void describe(Descriptor& d);
  using Typed::Typed;
};

}  // namespace weir::test
