// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "checkpoint/chain.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/checkpoint_store.h"
#include "checkpoint/positions.h"
#include "graph/pipeline_graph.h"
#include "runtime/inbox.h"

namespace weir {

/// The tasks that make their checkpoints, and end, together: all of a job where records pass from one task to
/// another, otherwise each task is a group of its own.
///
/// A meeting is a row of steps. In each step every member does its part and then says that it rests; the next
/// step begins when all rest and no parcel is under way between them. A member that rests and takes a parcel
/// is stirred again, and what it sends meanwhile is under way before the parcel is counted as taken, so
/// nothing can be overlooked. Nobody waits inside: members go on taking their inboxes, and are woken there.
/// The first meeting is on from the beginning: it ends when all have started, and have taken how far event
/// time had come in the last run, so that a record that was late then finds it again. Thread-safe.
class TaskGroup {
 public:
  using Clock = std::chrono::steady_clock;

  struct Step {
    enum class Part {
      kNone,     ///< no meeting
      kDrain,    ///< what is outstanding is done
      kFinish,   ///< the stage lets its tail go
      kFlush,    ///< the stage makes durable what it took, or brings it into its transaction
      kPrepare,  ///< sinks in transactions prepare, but the one that saves the checkpoint
      kShare,    ///< each member tells what it holds
      kSave,     ///< the first member has it all saved: the decision
      kCommit,   ///< each member commits what was prepared, and positions at its sources
      kForget,   ///< records of given-up partitions leave the lists
      kPause,    ///< before the positions that a source did not take are offered again
      kOver      ///< the last meeting has ended
    };
    std::uint64_t number = 0;  ///< of all steps of the group; grows
    Part part = Part::kNone;
    std::size_t stage = 0;         ///< kFinish, kFlush
    std::uint64_t checkpoint = 0;  ///< its number
    std::uint64_t base = 0;        ///< kShare: tell what has changed since that one; 0: all there is
    bool last = false;             ///< of the meeting that ends the group
    /// kSave: the stream goes on meanwhile, and each member commits when durable() has come to `checkpoint`.
    bool beside = false;
    /// What waits for workers goes on waiting, and is saved: it took longer than `drain_timeout` otherwise.
    /// At the start, so that what an earlier run has saved so does not hold it up.
    bool partial = false;
    bool ended = false;  ///< the input has, in all tasks; the pipeline does not only stop
    /// Until then; a checkpoint that is not at kShare then is put off. max() for never.
    Clock::time_point until = Clock::time_point::max();
  };

  /// What one member has at a checkpoint.
  struct Share {
    HeldPositions held;
    std::vector<Positions> read;                 ///< of its sources
    std::optional<Checkpoint::TaskState> state;  ///< none where nothing is kept
    std::vector<Checkpoint::Prepared> prepared;
    std::vector<std::pair<std::string, std::string>> claims;  ///< of its sources
  };
  /// Of an origin: records from this position on are read again by another owner.
  using GivenUp = std::map<const weir_origin*, std::int64_t>;

  /// `graph` outlives the group. `number`: which group of the job it is; `last_checkpoint`: the number of the
  /// last one that was saved under it; `store`, which outlives the group, may be null.
  TaskGroup(const PipelineGraph& graph, int number, std::uint64_t last_checkpoint, CheckpointStore* store);
  ~TaskGroup();

  /// Before any thread starts. Returns the member's number.
  std::size_t add(Inbox& inbox);
  std::size_t size() const { return members_.size(); }
  int number() const { return number_; }
  bool has_store() const { return store_ != nullptr; }

  /// Lets all come together for a checkpoint, which is put off when it takes too long, or to end. No matter
  /// when a meeting is on. False when there is none, since the last checkpoint is still being saved.
  /// `at_once`: what waits for workers goes on waiting from the beginning; never refused.
  bool call_checkpoint(bool at_once = false);
  void call_end();
  /// The member's sources have ended. When all have, it is the end.
  void ended(std::size_t member);
  /// A stop has come before what the end of its sources brings about was done: it is no end, for any member.
  void not_ended(std::size_t member);
  /// Whether there is a step to do. Cheap.
  bool called() const { return called_.load(std::memory_order_acquire); }
  Step step() const;

  // -- within a meeting --
  /// The member has done its part of that step and nothing of it is outstanding.
  void rest(std::size_t member, std::uint64_t step);
  /// A member that rests has taken parcels; before it works on them.
  void stir(std::size_t member);
  /// A checkpoint takes too long: it leaves waiting what waits, or if it does so already it ends; unless that
  /// step is over.
  void put_off(std::uint64_t step);
  /// Nobody waits for this meeting any more: true when none is on now. One that ends the group, or in which
  /// what is held has been told already, goes on.
  bool drop();

  void share(std::size_t member, Share share);
  /// kSave: what is to be saved, and the claims of all sources. Once.
  Checkpoint checkpoint();
  std::vector<std::pair<std::string, std::string>> claims() const;
  /// kSave: saves it in the store; the next one may go on from it. Returns what went wrong. Beside the stream
  /// a thread does it, see durable().
  std::string save(Checkpoint&& checkpoint);
  void save_beside(Checkpoint&& checkpoint);
  /// kSave: a sink will keep it, as `bytes`, or the job ends. Returns the name for it: those of what changes
  /// come again on the next whole one, so that a sink never keeps many.
  std::string keep(const Checkpoint& checkpoint, std::string_view bytes);
  /// kCommit: what all members hold.
  const HeldPositions& held() const { return held_; }
  /// kCommit: a source has not taken its positions.
  void not_committed();

  /// The partitions are about to go to another owner; kForget tells from which position on. gone(): they go
  /// now.
  void give_up(const std::vector<const weir_origin*>& origins);
  void gone(const std::vector<const weir_origin*>& origins);
  /// kForget.
  GivenUp given_up() const;

  // -- checkpoints that are saved beside the stream --
  /// The number of the last one that is durable, and what went wrong with the one behind it. Cheap.
  std::uint64_t durable() const { return durable_.load(std::memory_order_acquire); }
  std::string save_problem() const;
  /// How large it is.
  std::uint64_t durable_bytes() const { return durable_bytes_.load(std::memory_order_relaxed); }
  /// Waits until none is being saved.
  void finish_saving() const;

  // -- parcels between members --
  void send(std::size_t to, std::unique_ptr<Parcel> parcel);
  /// A parcel has been worked on; all that followed from it has been sent.
  void taken() { under_way_.fetch_sub(1, std::memory_order_release); }
  void wake(std::size_t member) { members_[member].inbox->wake(); }

 private:
  /// How long a checkpoint may take until it saves, when nothing waits for workers any more.
  static constexpr std::chrono::seconds kTime{10};

  struct Member {
    Inbox* inbox;
    bool resting = false;
    bool ended = false;
    Share share;
  };

  void begin(bool last, bool at_once = false);
  void advance();
  void go_to(Step::Part part, std::size_t stage = 0);
  /// The first of `stages` from `from` on, or where there is none the part behind.
  void go_on(Step::Part part, const std::vector<bool>& stages, std::size_t from, Step::Part behind);
  void end();
  Step::Part after_flush() const { return exactly_once_ ? Step::Part::kPrepare : Step::Part::kShare; }

  std::vector<bool> finishing_, flushing_;  ///< by stage: whether there is anything to do
  const std::vector<bool> cutting_;         ///< the same of kFinish before a checkpoint that is not the last
  const bool exactly_once_;
  const std::chrono::milliseconds drain_timeout_;
  const int number_;
  std::atomic<bool> called_{true};
  std::atomic<std::int64_t> under_way_{0};
  std::atomic<std::uint64_t> durable_{0}, durable_bytes_{0};
  CheckpointStore* const store_;

  mutable std::mutex mutex_;  // guards what follows; held_ and safe_ are only read between two steps
  std::vector<Member> members_;
  Step step_;
  std::uint64_t last_checkpoint_;  ///< the number of the last one that was saved
  Chain chain_;
  bool starting_ = true;  ///< the first meeting is on
  bool end_wanted_ = false;
  bool all_committed_ = true;
  HeldPositions held_;
  GivenUp safe_;  ///< of all origins: how far the checkpoint goes
  std::vector<const weir_origin*> giving_up_;
  bool saving_ = false;  ///< beside the stream
  std::string save_problem_;
  mutable std::condition_variable saved_;
  std::thread saver_;  ///< what saves; has nothing more to do where saving_ is false
};

}  // namespace weir
