// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/options.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kafka_client/client.h"
#include "kafka_client/handles.h"

namespace weir::kafka {

/// The topic that a stage keeps checkpoints in, unless the option `checkpoint_topic` names it.
std::string state_topic_name(const Options& options, const weir_place& place);

/// Makes the topic, with one compacted partition, where it is not there. Throws Stop when that cannot be, or
/// when it is there and would forget checkpoints.
void provide_state_topic(rd_kafka_t* client, const std::string& topic, const std::string& brokers,
                         const Context& out);

/// Reads the first partition of the topic from its beginning, as far as it is committed.
class StateTopicReader {
 public:
  using Take = std::function<void(std::string_view key, std::optional<std::string_view> value)>;

  StateTopicReader(const Options& options, const std::string& topic, const Context& out);
  StateTopicReader(const StateTopicReader&) = delete;
  StateTopicReader& operator=(const StateTopicReader&) = delete;
  ~StateTopicReader();

  /// Goes on to the record at that offset, with it. It waits for transactions of others that are open before
  /// it, with a warning; throws Stop when nothing comes for a minute.
  void read_to(std::int64_t offset, const Take& take);

 private:
  void find_topic();
  void take_one(const rd_kafka_message_t& message, const Take& take);

  const std::string topic_, brokers_;
  const Context& out_;
  CallbackTarget callbacks_;
  Client client_;
  Topic handle_;
  std::int64_t next_ = 0;  ///< behind the last record seen
};

}  // namespace weir::kafka
