// SPDX-License-Identifier: Apache-2.0
//
// KafkaSink's part in checkpoints.
#include "kafka_client/group_claim.h"
#include "sinks/kafka/checkpoint_records.h"
#include "sinks/kafka/kafka_sink.h"
#include "sinks/kafka/producer_configuration.h"
#include "sinks/kafka/state_topic.h"

namespace weir::kafka {
namespace {

constexpr int kClusterMilliseconds = 5000;

}  // namespace

std::string KafkaSink::refuses(const Options& options, Transactions how, std::uint32_t instances) {
  if (!how.in_transactions) return {};
  if (!how.keeps_checkpoints)
    return "a Kafka transaction cannot be prepared, so it must be the one that decides";
  if (instances > 1) {
    return "its " + std::to_string(instances) +
           " instances would write in as many Kafka transactions, of which only one can decide";
  }
  if (options.duration("delivery_timeout").count() != 0)
    return "with delivery_timeout single records leave a transaction, which is committed whole or not at all";
  return {};
}

void KafkaSink::load(const Options& options, CheckpointOwner& owner, Context& out, const Visit& visit) {
  owner.take_over(options, out, visit);
}

/// What was not committed is taken back when the transactional ids are taken, by load().
void KafkaSink::recover(const Options&, std::span<const std::string_view>, Context&) {}

std::string KafkaSink::prepare(std::uint64_t, Context&) {
  throw Stop("transaction", "a Kafka transaction cannot be prepared");
}

Configuration KafkaSink::configure_transactions(const Context& out) const {
  auto conf =
      transactional_configuration(options_, transactional_id(out.place(), std::to_string(out.place().task)));
  Deliveries::listen(conf.get());
  return conf;
}

/// Takes the task's transactional id, where there is a part in checkpoints.
void KafkaSink::start_transactions(Context& out) {
  Transaction* transaction = nullptr;
  if (role_.in_transactions) {
    deliveries_->in_transactions();
    transaction_ = std::make_unique<Transaction>(client_.get(), *deliveries_, brokers_, interrupted_);
    transaction = transaction_.get();
  } else if (role_.keeps_checkpoints) {
    only_checkpoints_ =
        std::make_unique<CheckpointProducer>(configure_transactions(out).get(), out,
                                             state_topic_name(options_, out.place()), brokers_, interrupted_);
    transaction = &only_checkpoints_->transaction;
  }
  if (transaction == nullptr) return;
  transaction->take_id(out);
  owner_.confirm(out.place().task, out);
}

void KafkaSink::save_checkpoint(const weir_checkpoint& checkpoint, Context& out) {
  deliveries_->begin_call();
  Transaction& transaction = transaction_ != nullptr ? *transaction_ : only_checkpoints_->transaction;
  transaction.begin();
  if (transaction_ != nullptr) add_positions(checkpoint, out);
  const CheckpointKeys keys(view(out.place().pipeline), view(out.place().stage));
  const std::string topic = state_topic_name(options_, out.place());
  const std::string name(view(checkpoint.name));
  auto& chunks = chunks_.try_emplace(name, owner_.chunks_of(name)).first->second;
  chunks =
      write_checkpoint(keys, name, checkpoint.number, view(checkpoint.content), chunks,
                       [&](const auto& key, auto value) { transaction.produce(topic, 0, key, value, out); });
  transaction.commit(out);
}

/// The positions of Kafka sources, for their groups: others stand in the checkpoint alone.
void KafkaSink::add_positions(const weir_checkpoint& checkpoint, const Context& out) {
  for (std::size_t i = 0; i < checkpoint.claim_count; ++i) {
    const auto& [source, proof] = checkpoint.claims[i];
    const auto claim = GroupClaim::read(view(proof));
    if (!claim) continue;
    if (cluster_.empty()) cluster_ = cluster_id(client_.get(), kClusterMilliseconds);
    if (claim->cluster != cluster_) {
      throw Stop("two_clusters", "two Kafka clusters cannot share a transaction: source '" +
                                     std::string(view(source)) + "' reads from cluster " + claim->cluster +
                                     ", and this sink writes to " + cluster_ + " at " + brokers_);
    }
    const auto offsets = new_partitions(static_cast<int>(checkpoint.position_count));
    for (std::size_t p = 0; p < checkpoint.position_count; ++p) {
      const auto& [origin, next] = checkpoint.positions[p];
      if (view(origin->source) != view(source)) continue;
      const std::string topic(view(origin->name));
      rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), origin->partition)->offset = next;
    }
    if (offsets->cnt == 0) continue;
    transaction_->add_offsets(*offsets, read_metadata(claim->metadata).get(), out);
  }
}

}  // namespace weir::kafka
