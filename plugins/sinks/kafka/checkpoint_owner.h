// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/options.h>
#include <weir/transactional_sink.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "sinks/kafka/transaction.h"

namespace weir::kafka {

/// Whose process a stage's transactions and checkpoints are; shared by the stage's instances.
///
/// Kafka knows transactional ids, each of one producer at a time: who takes an id shuts out who had it. There
/// is one id for the owner, weir.PIPELINE.STAGE.owner, and one for each task, weir.PIPELINE.STAGE.TASK. A
/// process takes the owner's first, then those of all tasks that an owner before it has noted in the topic,
/// and reads the checkpoints when nobody can add to them any more. A task's id counts as taken when the owner
/// has noted it in a transaction of its own: a process that stood still meanwhile is no longer the owner and
/// learns that here, before it writes.
class CheckpointOwner {
 public:
  explicit CheckpointOwner(const Options&) {}

  /// Takes the stage over and visits the last checkpoint of each name. Throws Stop when no broker answers
  /// for a minute, and when a checkpoint is not complete.
  void take_over(const Options& options, Context& out, const CheckpointSink::Visit& visit);

  /// To be called by an instance that has taken its task's id, before it writes. Throws Stop "fenced" when
  /// another process has taken over meanwhile.
  void confirm(std::uint32_t task, const Context& out);

  /// Of the checkpoint of that name that was read.
  std::size_t chunks_of(const std::string& name) const;

 private:
  std::int64_t write(const std::string& key, const std::string& value, const Context& out);

  mutable std::mutex mutex_;
  std::unique_ptr<CheckpointProducer> producer_;
  std::string topic_;
  std::uint32_t ids_ = 0;  ///< as noted in the topic
  std::map<std::string, std::size_t> chunks_;
};

/// "weir.PIPELINE.STAGE.WHO".
std::string transactional_id(const weir_place& place, const std::string& who);

}  // namespace weir::kafka
