// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <memory>
#include <mutex>
#include <string>

#include "kafka_client/handles.h"

namespace weir::kafka {

struct DestroyClient {
  /// Does not say good-bye to a consumer's group: close the consumer before, where that is due.
  void operator()(rd_kafka_t* client) const {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};
using Client = std::unique_ptr<rd_kafka_t, DestroyClient>;

/// What librdkafka's callbacks find behind their `opaque`: where log lines go. Lives longer than the client.
class CallbackTarget {
 public:
  explicit CallbackTarget(const Context& context) : context_(&context) {}
  virtual ~CallbackTarget() = default;

  const Context& context() const { return *context_; }
  /// [any-thread]
  void log(int syslog_level, const std::string& line) const;
  /// From now on lines go there; for a client that outlives the context it was made with.
  void talk_to(const Context& context);
  /// From now on lines are dropped, and the context is not used any more. [any-thread]
  void go_quiet();
  bool is_quiet() const;

 private:
  mutable std::mutex mutex_;
  const Context* context_;  // guarded by mutex_ once the client lives
};

/// Makes a client named "pipeline.stage.task", unless the properties name it. The configuration is copied.
/// Throws Stop with librdkafka's reason.
Client new_client(rd_kafka_type_t type, const rd_kafka_conf_t* configuration, CallbackTarget& target);

/// Destroys a client that may still wait for brokers which do not answer (a commit under way keeps it for the
/// session timeout): on a thread of its own, so that the caller need not wait.
void destroy_in_background(Client client, std::shared_ptr<CallbackTarget> target);

/// Leaves a client to the end of the process, where destroying it would crash.
void keep_for_ever(Client client, std::shared_ptr<CallbackTarget> target);

/// Says in the log what an error that concerns the whole client means, and throws Stop for one that no
/// waiting mends. `detail` is librdkafka's text.
void report_client_error(rd_kafka_t* client, rd_kafka_resp_err_t error, const std::string& detail,
                         const std::string& brokers, const Context& context);

}  // namespace weir::kafka
