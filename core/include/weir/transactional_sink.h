// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/sink.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir {

/// How a stage takes part in checkpoints: the flags of weir_place.
struct Transactions {
  /// Exactly once: nothing may count before it is committed with a checkpoint.
  bool in_transactions = false;
  /// The stage keeps the pipeline's checkpoints, in the place that it writes to.
  bool keeps_checkpoints = false;
  /// State goes with the source's partitions from process to process: of the source, and of the sink that
  /// keeps it.
  bool by_partition = false;

  static Transactions of(std::uint32_t flags) {
    return {(flags & WEIR_IN_TRANSACTIONS) != 0, (flags & WEIR_KEEPS_CHECKPOINTS) != 0,
            (flags & WEIR_BY_PARTITION) != 0};
  }
};

/// A sink that can work in transactions, one from checkpoint to checkpoint, as other parts of the same
/// decision: it prepares, and what it prepared is committed when the checkpoint has been saved (two-phase
/// commit, as Flink's TwoPhaseCommitSinkFunction).
///
/// flush() brings all that was taken into the transaction and sends what cannot be to the error port; it
/// commits only where Transactions::of(out.place().transactions).in_transactions is false. Throwing Stop at
/// any time ends the transaction: the pipeline begins again at the last checkpoint, and recover() takes back
/// what was not committed. Besides, a class has static functions, called while the stage has no objects:
///
///     /// Empty, or why a stage with these options cannot work so, `instances` of it at once.
///     static std::string refuses(const Options&, Transactions how, std::uint32_t instances);
///     /// Commits what prepare() returned for the checkpoint that is gone on with, where it is not committed
///     /// yet, and takes back all else. Throws when it cannot be known now.
///     static void recover(const Options&, std::span<const std::string_view> saved, Context&);
///
/// Where the class has a `Shared`, recover and load may take it, behind the options: recover(const Options&,
/// Shared&, ...). So they hand to the instances what they found out.
class TransactionalSink : public Sink {
 public:
  /// Makes the transaction durable in such a way that another process can commit it or take it back.
  /// Returns how that process finds it; empty when nothing needs to be committed.
  virtual std::string prepare(std::uint64_t checkpoint, Context&) = 0;
  /// The checkpoint has been saved: what was prepared counts from now on. When it throws, the pipeline begins
  /// again and recover() does it.
  virtual void commit_prepared(Context&) = 0;
};

/// A sink that can keep the pipeline's checkpoints in the place that it writes to, and commit what it took
/// and the checkpoint together. Besides what a TransactionalSink has:
///
///     using Visit = weir::CheckpointSink::Visit;
///     /// Takes the checkpoints over from whoever had them, see weir_plugin::stage_load, and tells all.
///     static void load(const Options&, Context&, const Visit& visit);
///
/// One that can keep state by partition, for several processes (Transactions::by_partition, which `refuses`
/// is asked about), has these too, with a `Shared`; see weir_plugin::stage_claim and what follows it. They
/// may be called while there are objects, one at a time:
///
///     static Claim claim_unit(const Options&, Shared&, std::string_view name, std::uint32_t task, Context&);
///     /// Without a name: the names of all, with no content.
///     static void look(const Options&, Shared&, std::optional<std::string_view> name, Context&,
///                      const Visit& visit);
///     static void save_units(const Options&, Shared&, const weir_checkpoint&, Context&);
class CheckpointSink : public TransactionalSink {
 public:
  /// Sees the name that a checkpoint was saved under, and its content.
  using Visit = std::function<void(std::string_view name, std::string_view content)>;
  /// A unit in the hands of a task.
  struct Claim {
    std::uint64_t term = 0;
    std::optional<std::string> content;  ///< none: it has never been saved
  };

  /// Commits it, and with it all that was taken, as one. Throws when that failed or cannot be known.
  virtual void save_checkpoint(const weir_checkpoint&, Context&) = 0;
};

}  // namespace weir
