// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "runtime/key_reader.h"
#include "runtime/parcel.h"
#include "runtime/stage_node.h"
#include "runtime/task_group.h"

namespace weir {

/// Stands in front of a stage whose records do not all belong to the task that reads them: one with a `key:`,
/// one that must see everything, one with a broadcast input. What is this task's own goes on by a plain call;
/// the rest is sent to the stage's node in its task, in the order in which it came. The time goes to all
/// tasks, behind the records that came before it; each sender counts as an input of its own there.
///
/// It never waits. While more than the stage's `queue` is on its way it says that it is full, and the task
/// polls no source; and what arrives waits here while a queue behind the stage is full.
///
/// Used by the task's thread, except arrived_at().
class Exchange final : public Receiver {
 public:
  /// `number`: of this exchange, the same in all tasks. All but the numbers outlive it.
  Exchange(StageNode& node, TaskControl& task, TaskGroup& group, std::size_t member, std::size_t number);

  void take(const weir_record* records, std::size_t count, Inlet inlet) override;
  void take(const weir_group& group, Inlet inlet) override;
  KeyReader* key_reader() override { return key_reader_.none() ? nullptr : &key_reader_; }
  /// Of all tasks: to each its keys.
  void take_keyed(const weir_record* records, const weir_slice* keys, std::size_t count,
                  Inlet inlet) override;
  void refuse_keyless(const weir_record& record, std::string_view why) override {
    node_.refuse_keyless(record, why);
  }
  void take_watermark(std::size_t wire, std::int64_t time) override;
  void take_idle(std::size_t wire, bool idle) override;
  bool full() const override { return under_way() >= limit_; }
  StageNode& stage_behind() const { return node_; }

  /// Sends what has been gathered for other tasks.
  void post();
  /// Whether there is something to post, or something that arrived still waits.
  bool has_outstanding() const { return gathered_ || !arrived_.empty(); }

  /// From another task.
  void arrive(std::unique_ptr<Parcel> parcel) { arrived_.push_back(std::move(parcel)); }
  /// Hands what has arrived to the stage, as far as the queues behind it have room.
  void hand_over();

  /// So much of what this one has sent no longer waits. [thread of the task that has it]
  void arrived_at_stage(std::size_t bytes);

 private:
  /// What is gathered for one task is sent at the latest when it holds so much.
  static constexpr std::size_t kParcelBytes = 64 * 1024;

  struct Share {
    std::vector<weir_record> records;
    std::string keys;
    std::vector<std::size_t> ends;
  };

  std::size_t under_way() const { return under_way_.load(std::memory_order_relaxed); }
  /// The last item for that task, when more of that kind may go into it; otherwise a new one.
  Parcel::Item& item_for(std::size_t to, Work::Kind kind, Inlet inlet, std::size_t wire = 0);
  void send(std::size_t to, const weir_record* records, std::size_t count, Inlet inlet);
  void send_mark(Work::Kind kind, std::size_t wire, std::int64_t mark);
  /// The parcel for that task holds `bytes` more.
  void grown(std::size_t to, std::size_t bytes);
  void post_to(std::size_t to);
  void open(const Parcel& parcel);

  StageNode& node_;
  TaskControl& task_;
  TaskGroup& group_;
  const std::size_t member_, number_, limit_;
  KeyReader key_reader_;
  std::vector<Share> shares_;                      ///< of the batch at hand, by task
  std::vector<std::unique_ptr<Parcel>> outgoing_;  ///< by task; null where nothing was gathered
  bool gathered_ = false;
  std::deque<std::unique_ptr<Parcel>> arrived_;
  std::vector<weir_slice> keys_;
  std::atomic<std::size_t> under_way_{0};  ///< bytes
};

}  // namespace weir
