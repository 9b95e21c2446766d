// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/positions.h"
#include "checkpoint/unit_store.h"
#include "runtime/event_times.h"
#include "runtime/lane.h"
#include "runtime/sink_checkpoint.h"
#include "runtime/source_node.h"

namespace weir {

/// The lanes of a task, one for each partition that its source reads, and where each is saved. State and
/// position of a partition are always saved together, as one unit, and reading goes on at that position,
/// whatever the source's own notes say: so whoever has the partition next counts each record in its state
/// once. Used by the task's thread.
///
/// In a folder save() does it. A sink that keeps them gets them by hand_over(), and when it has saved them
/// all, kept() notes it; if it cannot, since somebody has claimed one of them, the pipeline stops.
class Lanes {
 public:
  /// `nodes`: of the task, by stage. All outlive this.
  Lanes(Services& services, TaskControl& task, const PipelineGraph& graph, int task_number,
        const std::vector<StageNode*>& nodes, SourceNode& source, const UnitStore& store);
  ~Lanes();

  /// Makes a lane for each partition and loads what was saved of it. `partitions`: how many there are in all.
  /// False, and the task is told, when it cannot.
  bool take_over(const std::vector<const weir_origin*>& origins, std::uint32_t partitions);
  /// Lets the lanes begin that have been made since the last call. Until then they are not saved either.
  void start_new();
  /// Closes the lanes of these partitions as they are.
  void close(const std::vector<const weir_origin*>& origins);

  /// Saves all lanes, or those of `some` where that is not empty; nothing is outstanding. `held`: what is in
  /// no saved state. Returns an empty string, or what went wrong.
  std::string save(const HeldPositions& held, const std::vector<const weir_origin*>& some);
  /// The same for the sink that keeps them; `leaving` go behind this, or `all_leave`. With `delivery:
  /// exactly_once` it is all lanes in any case, since what the sink has written is of all of them.
  SinkCheckpoint hand_over(const HeldPositions& held, const std::vector<const weir_origin*>& leaving,
                           bool all_leave);
  void kept();
  /// Whether it was told to the sink that those partitions leave, and nothing was set off by them since.
  bool have_left(const std::vector<const weir_origin*>& origins);
  /// Up to where the partitions of the last save() are behind it.
  const std::vector<weir_position>& saved() const { return saved_; }
  /// How much it has written.
  std::uint64_t saved_bytes() const { return saved_bytes_; }

  /// Tells each lane how far event time has come in its partition. In one that is idle it follows the others:
  /// the furthest behind of those that are not idle, and where all are the one that is ahead.
  void tell_times(EventTimes& times);
  /// The input has ended.
  void tell_end();
  /// Destroys closed lanes whose calls have ended.
  void sweep();

 private:
  struct Owned {
    std::unique_ptr<Lane> lane;
    std::uint64_t term = 0;    ///< of the claim
    std::uint64_t number = 0;  ///< of the last checkpoint
    std::size_t print = 0;     ///< of what that holds
    bool started = false;
    std::size_t new_print = 0;  ///< of what is to be saved now
    bool in_doubt = false;      ///< somebody else had claimed it when it was to be saved
    bool left = false;          ///< as have_left() says
    /// How far the partition was read then; nothing: it was not saved.
    std::optional<std::int64_t> saved_to = {};
  };

  bool take_over(const weir_origin* origin);
  /// Empty, or why the lane cannot take that up.
  std::string load(Owned& owned, const Checkpoint& last);
  bool refuse(const weir_origin* origin, const std::string& why);
  void drop(std::vector<Owned>::iterator owned);
  /// What it would save now; no positions where nothing was read yet.
  Checkpoint checkpoint_of(const Owned& owned, const HeldPositions& held) const;
  /// What is to be saved; notes what need not be, since it is saved already.
  std::vector<UnitStore::Unit> gather(const HeldPositions& held, const std::vector<const weir_origin*>& some);
  void note(const UnitStore::Unit& unit);
  /// Empty, or what went wrong; of units that are taken the lanes know nothing of it.
  std::string keep(std::vector<UnitStore::Unit>& units);
  /// Of a unit that somebody else had claimed. Sets whether it is taken still; returns what went wrong.
  std::string claim_again(UnitStore::Unit& unit);
  std::vector<Owned>::iterator find(const weir_origin* origin);
  FindOrigin origins() const;

  Services& services_;
  TaskControl& task_;
  const PipelineGraph& graph_;
  const int task_number_;
  const std::vector<StageNode*> nodes_;
  SourceNode& source_;
  const UnitStore& store_;
  std::uint32_t partitions_ = 0;
  std::vector<weir_position> saved_;
  std::uint64_t saved_bytes_ = 0;
  std::vector<UnitStore::Unit> handed_over_;       ///< without their states
  std::vector<const weir_origin*> told_to_leave_;  ///< with them
  std::vector<Owned> owned_;
  bool some_new_ = false;                      ///< in owned_
  std::vector<std::unique_ptr<Lane>> closed_;  ///< with calls that still run
};

}  // namespace weir
