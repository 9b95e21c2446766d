// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/checkpoint_owner.h"

#include <weir/stage.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "kafka_client/client_properties.h"
#include "sinks/kafka/checkpoint_records.h"
#include "sinks/kafka/producer_configuration.h"
#include "sinks/kafka/state_topic.h"

namespace weir::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto kTakeWithin = 60s;
const std::atomic<bool> kNotInterrupted{false};  // what is done here ends by itself

/// The producer outlives the context of a call.
class QuietAfterwards {
 public:
  explicit QuietAfterwards(CheckpointProducer& producer) : producer_(producer) {}
  QuietAfterwards(const QuietAfterwards&) = delete;
  QuietAfterwards& operator=(const QuietAfterwards&) = delete;
  ~QuietAfterwards() { producer_.deliveries.go_quiet(); }

 private:
  CheckpointProducer& producer_;
};

std::unique_ptr<CheckpointProducer> take_id(const Options& options, const std::string& who,
                                            const std::string& topic, const Context& out) {
  const auto conf = transactional_configuration(options, transactional_id(out.place(), who));
  Deliveries::listen(conf.get());
  auto producer =
      std::make_unique<CheckpointProducer>(conf.get(), out, topic, broker_list(options), kNotInterrupted);
  producer->transaction.take_id(out, kTakeWithin);
  return producer;
}

std::string owner_note(std::uint32_t ids) {
  return nlohmann::json{{"ids", ids}}.dump();
}

CheckpointKeys keys_of(const weir_place& place) {
  return {view(place.pipeline), view(place.stage)};
}

}  // namespace

std::string transactional_id(const weir_place& place, const std::string& who) {
  return "weir." + std::string(view(place.pipeline)) + "." + std::string(view(place.stage)) + "." + who;
}

void CheckpointOwner::take_over(const Options& options, Context& out, const CheckpointSink::Visit& visit) {
  const std::lock_guard lock(mutex_);
  const CheckpointKeys keys = keys_of(out.place());
  topic_ = state_topic_name(options, out.place());
  producer_ = take_id(options, "owner", topic_, out);
  const QuietAfterwards quiet(*producer_);
  provide_state_topic(producer_->client.get(), topic_, broker_list(options), out);
  SavedCheckpoints saved(keys);
  const auto take = [&](auto key, auto value) { saved.take(key, value); };
  StateTopicReader reader(options, topic_, out);
  reader.read_to(write(keys.mark(), "", out), take);
  for (std::uint32_t i = 0; i < saved.owner_ids(); ++i) take_id(options, std::to_string(i), topic_, out);
  reader.read_to(write(keys.owner(), owner_note(0), out), take);
  ids_ = 0;
  chunks_.clear();
  for (const auto& [name, checkpoint] : saved.all()) {
    if (!checkpoint.problem.empty()) {
      throw Stop("damaged_checkpoint",
                 "topic '" + topic_ + "': checkpoint " + name + " is damaged: " + checkpoint.problem);
    }
    chunks_[name] = checkpoint.chunks;
    visit(name, checkpoint.content);
  }
}

void CheckpointOwner::confirm(std::uint32_t task, const Context& out) {
  const std::lock_guard lock(mutex_);
  if (producer_ == nullptr) throw Stop("not_loaded", "the stage's checkpoints were not loaded");
  ids_ = std::max(ids_, task + 1);
  const QuietAfterwards quiet(*producer_);
  producer_->deliveries.talk_to(out);
  write(keys_of(out.place()).owner(), owner_note(ids_), out);
}

std::size_t CheckpointOwner::chunks_of(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = chunks_.find(name);
  return found == chunks_.end() ? 0 : found->second;
}

/// In a transaction of its own. Returns the record's offset.
std::int64_t CheckpointOwner::write(const std::string& key, const std::string& value, const Context& out) {
  producer_->transaction.begin();
  producer_->transaction.produce(topic_, 0, key, value, out);
  producer_->transaction.commit(out);
  return producer_->deliveries.last_offset();
}

}  // namespace weir::kafka
