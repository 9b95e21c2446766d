// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <string>

namespace weir {

/// What this thread has handed to a plugin and not got back: noted by whoever calls one, for as long as it
/// lives, and read by the handler when the plugin crashes. The stage's name and the records outlive it.
class OnHand {
 public:
  OnHand(const std::string& stage, const weir_record* records, std::size_t count)
      : OnHand(stage, records, count, count) {}
  /// A group can only be taken as a whole.
  OnHand(const std::string& stage, const weir_group& group) : OnHand(stage, group.records, group.count, 1) {}
  /// Something else than records: what a timer does is not laid upon those that are on their way elsewhere.
  explicit OnHand(const std::string& stage) : OnHand(stage, nullptr, 0, 0) {}
  OnHand(const OnHand&) = delete;
  OnHand& operator=(const OnHand&) = delete;
  ~OnHand() { current_ = before_; }

 private:
  friend class CrashNotes;
  template <class To>
  void tell(To& to, int signal) const;

  OnHand(const std::string& stage, const weir_record* records, std::size_t count, std::size_t parts)
      : stage_(&stage), records_(records), count_(count), parts_(parts), before_(current_) {
    current_ = this;
  }
  static thread_local const OnHand* current_;

  const std::string* stage_;
  const weir_record* records_;
  std::size_t count_;
  std::size_t parts_;  ///< into how many it can be divided
  const OnHand* before_;
};

/// Writes down, when a plugin crashes the process (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT), which records
/// it had on hand, and lets the crash go on. One in a process at a time.
///
/// An entry of the file, in the form of a snapshot: the stage, the record's source, name, partition and
/// position, how many it had on hand (a group counts as one), the signal. The last one may be cut off.
class CrashNotes {
 public:
  /// Appends to `file`, which is made.
  explicit CrashNotes(const std::string& file);
  CrashNotes(const CrashNotes&) = delete;
  CrashNotes& operator=(const CrashNotes&) = delete;
  ~CrashNotes();

  /// Why the file cannot be written, so that there are no notes; empty when it can be.
  const std::string& problem() const { return problem_; }

  /// Notes the same of a call of this thread's that stopped the pipeline, by the signal 0. Does nothing where
  /// there are no notes.
  static void note_stop(const OnHand& on_hand);

  /// A stack of its own for the handler, so that one that has overflowed can be noted too; each thread that
  /// calls plugins, for as long as it runs.
  class HandlerStack {
   public:
    HandlerStack();
    HandlerStack(const HandlerStack&) = delete;
    HandlerStack& operator=(const HandlerStack&) = delete;
    ~HandlerStack();

   private:
    char* memory_ = nullptr;
  };

 private:
  static void on_crash(int signal);

  std::string problem_;
};

}  // namespace weir
