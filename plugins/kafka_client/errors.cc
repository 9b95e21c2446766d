// SPDX-License-Identifier: Apache-2.0
#include "kafka_client/errors.h"

#include <cctype>

namespace weir::kafka {

std::string code_of(rd_kafka_resp_err_t error) {
  std::string_view name = rd_kafka_err2name(error);
  if (!name.empty() && name.front() == '_') name.remove_prefix(1);  // librdkafka's own errors
  std::string code;
  for (const char c : name) code += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return code;
}

std::string text_of(rd_kafka_resp_err_t error, std::string_view detail) {
  std::string text = rd_kafka_err2str(error);
  if (!detail.empty() && detail != text) text.append(": ").append(detail);
  return text;
}

bool is_hopeless(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return true;
    default:
      return false;
  }
}

bool is_fenced(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      return true;
    default:
      return false;
  }
}

std::string fenced_text(const std::string& brokers) {
  return "Kafka at " + brokers +
         ": another process has taken over the pipeline, or the transaction was open for longer than "
         "transaction_timeout; what was not committed is taken back";
}

bool is_unreachable(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
      return true;
    default:
      return false;
  }
}

bool has_no_coordinator(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
      return true;
    default:
      return false;
  }
}

}  // namespace weir::kafka
