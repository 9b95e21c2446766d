// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/state_topic.h"

#include <weir/stage.h>

#include <array>
#include <chrono>
#include <cstring>

#include "kafka_client/client_properties.h"
#include "kafka_client/errors.h"
#include "kafka_client/topics.h"
#include "sinks/kafka/producer_configuration.h"

namespace weir::kafka {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kAdminMilliseconds = 60'000;
constexpr int kLookMilliseconds = 200;
constexpr auto kNothingFor = 60s;
constexpr auto kTellEvery = 10s;

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Free<rd_kafka_NewTopic_destroy>>;
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, Free<rd_kafka_ConfigResource_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Free<rd_kafka_message_destroy>>;

/// The answer to a request of the administration, which librdkafka gives up after a minute by itself.
Event answer_in(const Queue& queue) {
  return Event(rd_kafka_queue_poll(queue.get(), kAdminMilliseconds + kLookMilliseconds));
}

/// Whether it is there now; false where it could not be made.
bool create(rd_kafka_t* client, const std::string& topic, std::string& problem) {
  std::array<char, 512> text{};
  const NewTopic request(rd_kafka_NewTopic_new(topic.c_str(), 1, -1, text.data(), text.size()));
  if (request == nullptr) return problem = text.data(), false;
  rd_kafka_NewTopic_set_config(request.get(), "cleanup.policy", "compact");
  const Queue queue(rd_kafka_queue_new(client));
  std::array<rd_kafka_NewTopic_t*, 1> requests{request.get()};
  rd_kafka_CreateTopics(client, requests.data(), requests.size(), nullptr, queue.get());
  const Event answer = answer_in(queue);
  const auto* const result = rd_kafka_event_CreateTopics_result(answer.get());
  if (answer == nullptr || result == nullptr || rd_kafka_event_error(answer.get()) != 0) {
    problem = answer == nullptr ? "no answer" : rd_kafka_event_error_string(answer.get());
    return false;
  }
  std::size_t count = 0;
  const auto* const* const topics = rd_kafka_CreateTopics_result_topics(result, &count);
  const auto error = rd_kafka_topic_result_error(topics[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return true;
  const char* const detail = rd_kafka_topic_result_error_string(topics[0]);
  problem = text_of(error, detail == nullptr ? "" : detail);
  return false;
}

/// The topic's cleanup.policy; empty when it may not be asked for. `error`: what the broker has against it.
std::string cleanup_policy(rd_kafka_t* client, const std::string& topic, rd_kafka_resp_err_t& error) {
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const Queue queue(rd_kafka_queue_new(client));
  std::array<rd_kafka_ConfigResource_t*, 1> resources{resource.get()};
  rd_kafka_DescribeConfigs(client, resources.data(), resources.size(), nullptr, queue.get());
  const Event answer = answer_in(queue);
  const auto* const result = rd_kafka_event_DescribeConfigs_result(answer.get());
  error = answer == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(answer.get());
  if (result == nullptr) return {};
  std::size_t count = 0;
  const auto* const* const found = rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count == 0) return {};
  error = rd_kafka_ConfigResource_error(found[0]);
  const auto* const* const configs = rd_kafka_ConfigResource_configs(found[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(configs[i]);
    if (std::strcmp(rd_kafka_ConfigEntry_name(configs[i]), "cleanup.policy") == 0 && value != nullptr)
      return value;
  }
  return {};
}

}  // namespace

std::string state_topic_name(const Options& options, const weir_place& place) {
  if (options.has("checkpoint_topic")) return options.string("checkpoint_topic");
  return "weir." + std::string(view(place.pipeline)) + "." + std::string(view(place.stage)) + ".checkpoints";
}

void provide_state_topic(rd_kafka_t* client, const std::string& topic, const std::string& brokers,
                         const Context& out) {
  const std::string who = "the topic '" + topic + "' for checkpoints at " + brokers;
  std::string problem;
  const bool made = create(client, topic, problem);
  auto error = RD_KAFKA_RESP_ERR_NO_ERROR;
  const std::string policy = cleanup_policy(client, topic, error);
  if (!made && policy.empty()) {
    throw Stop("checkpoint_topic", who + " cannot be made: " + problem +
                                       "; make it with one partition and cleanup.policy=compact");
  }
  if (!policy.empty() && policy != "compact") {
    throw Stop("checkpoint_topic", who + " has cleanup.policy=" + policy +
                                       " and would forget checkpoints; expected cleanup.policy=compact");
  }
  if (policy.empty()) out.warn(who + " may not be asked for its cleanup.policy: " + text_of(error));
}

StateTopicReader::StateTopicReader(const Options& options, const std::string& topic, const Context& out)
    : topic_(topic),
      brokers_(broker_list(options)),
      out_(out),
      callbacks_(out),
      client_(new_client(RD_KAFKA_CONSUMER, reader_configuration(options).get(), callbacks_)),
      handle_(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr)) {
  find_topic();
  // Without a group, so that no right to one is needed.
  if (rd_kafka_consume_start(handle_.get(), 0, RD_KAFKA_OFFSET_BEGINNING) != 0)
    throw Stop("checkpoint_topic", "cannot read '" + topic + "': " + text_of(rd_kafka_last_error()));
}

/// librdkafka itself looks for a topic that it does not know yet twice a second.
void StateTopicReader::find_topic() {
  const auto until = Clock::now() + kNothingFor;
  while (!partition_count(client_.get(), topic_, brokers_, std::chrono::milliseconds(kLookMilliseconds))) {
    rd_kafka_poll(client_.get(), 0);
    if (Clock::now() >= until) throw Stop("no_answer", "cannot find topic '" + topic_ + "' at " + brokers_);
  }
}

StateTopicReader::~StateTopicReader() {
  rd_kafka_consume_stop(handle_.get(), 0);
}

void StateTopicReader::read_to(std::int64_t offset, const Take& take) {
  auto last = Clock::now(), told = last;
  while (next_ <= offset) {
    const Message message(rd_kafka_consume(handle_.get(), 0, kLookMilliseconds));
    rd_kafka_poll(client_.get(), 0);
    const auto now = Clock::now();
    if (message != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      take_one(*message, take);
      last = told = now;
      continue;
    }
    if (message != nullptr && is_hopeless(message->err))
      throw Stop(code_of(message->err), "cannot read '" + topic_ + "': " + text_of(message->err));
    const std::string text = "the end of topic '" + topic_ + "' at " + brokers_ +
                             "; no broker answers, or another pipeline's transaction is open in it";
    if (now - last > kNothingFor) throw Stop("no_answer", "cannot come to " + text);
    if (now - told < kTellEvery) continue;
    told = now;
    out_.warn("waiting for " + text);
  }
}

void StateTopicReader::take_one(const rd_kafka_message_t& message, const Take& take) {
  next_ = message.offset + 1;
  if (message.key == nullptr) return;
  const std::string_view key(static_cast<const char*>(message.key), message.key_len);
  if (message.payload == nullptr) {
    take(key, std::nullopt);
  } else {
    take(key, std::string_view(static_cast<const char*>(message.payload), message.len));
  }
}

}  // namespace weir::kafka
