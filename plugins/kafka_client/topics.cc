// SPDX-License-Identifier: Apache-2.0
#include "kafka_client/topics.h"

#include <weir/stage.h>
#include <weir/suggestion.h>

#include <memory>
#include <vector>

#include "kafka_client/errors.h"
#include "kafka_client/handles.h"

namespace weir::kafka {
namespace {

struct FreeMetadata {
  void operator()(const rd_kafka_metadata_t* m) const { rd_kafka_metadata_destroy(m); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, FreeMetadata>;

/// Of one topic, or of all with `topic` == NULL. Empty when no broker has answered.
Metadata ask(rd_kafka_t* client, rd_kafka_topic_t* topic, std::chrono::milliseconds within) {
  const rd_kafka_metadata_t* answer = nullptr;
  const auto error =
      rd_kafka_metadata(client, topic == nullptr ? 1 : 0, topic, &answer, static_cast<int>(within.count()));
  return Metadata(error == RD_KAFKA_RESP_ERR_NO_ERROR ? answer : nullptr);
}

}  // namespace

std::optional<std::int32_t> partition_count(rd_kafka_t* client, const std::string& topic,
                                            const std::string& brokers, std::chrono::milliseconds within) {
  const Topic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (handle == nullptr) {
    throw Stop("topic", "'" + topic + "' cannot be the name of a topic: " + text_of(rd_kafka_last_error()));
  }
  const Metadata answer = ask(client, handle.get(), within);
  if (answer == nullptr || answer->topic_cnt == 0) return std::nullopt;
  const rd_kafka_metadata_topic_t& found = answer->topics[0];
  switch (found.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return found.partition_cnt;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      throw Stop("unknown_topic", missing_topic_text(client, topic, brokers));
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      throw Stop(code_of(found.err), "topic '" + topic + "' at " + brokers + ": " + text_of(found.err));
    default:
      return std::nullopt;  // no leader yet, or the like: it passes
  }
}

std::string missing_topic_text(rd_kafka_t* client, const std::string& topic, const std::string& brokers) {
  using namespace std::chrono_literals;
  std::vector<std::string> names;
  if (const Metadata all = ask(client, nullptr, 2s)) {
    for (int i = 0; i < all->topic_cnt; ++i) {
      if (all->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) names.emplace_back(all->topics[i].topic);
    }
  }
  return "topic '" + topic + "' does not exist at " + brokers + did_you_mean(topic, names);
}

}  // namespace weir::kafka
