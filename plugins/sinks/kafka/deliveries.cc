// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/deliveries.h"

#include "kafka_client/errors.h"

namespace weir::kafka {
namespace {

/// Errors for which the record is to blame, or its time, and not the topic or the cluster.
bool is_of_the_record(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return true;
    default:
      return false;
  }
}

Deliveries& deliveries(void* opaque) {
  return static_cast<Deliveries&>(*static_cast<CallbackTarget*>(opaque));
}

}  // namespace

void Deliveries::listen(rd_kafka_conf_t* configuration) {
  rd_kafka_conf_set_dr_msg_cb(configuration, [](rd_kafka_t*, const rd_kafka_message_t* m, void* opaque) {
    deliveries(opaque).on_delivery(*m);
  });
  rd_kafka_conf_set_error_cb(configuration, [](rd_kafka_t* rk, int error, const char* reason, void* opaque) {
    deliveries(opaque).on_error(rk, static_cast<rd_kafka_resp_err_t>(error), reason);
  });
}

void Deliveries::begin_call() {
  for (InFlight::Item* item : sent_to_error_) kept_.let_go(*item);
  sent_to_error_.clear();
}

void Deliveries::settle(Context& out) {
  for (const auto& [item, code, text] : failed_) {
    out.fail(Port::kError, item->record, code, text);
    sent_to_error_.push_back(item);
  }
  failed_.clear();
  if (stop_) throw Stop(*stop_);
}

void Deliveries::failed(InFlight::Item& item, rd_kafka_resp_err_t error) {
  if (!is_of_the_record(error)) {
    stop_for(error, topic_);
    kept_.let_go(item);
    return;
  }
  const std::string text = "topic '" + topic_ + "' at " + brokers_ + ": " + text_of(error);
  if (error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) {
    failed_.push_back({&item, "delivery_timeout", text + "; not acknowledged within delivery_timeout"});
  } else {
    failed_.push_back({&item, code_of(error), text});
  }
}

void Deliveries::stop_for(rd_kafka_resp_err_t error, const std::string& topic) {
  if (is_fenced(error)) return stop("fenced", fenced_text(brokers_));
  std::string text = "topic '" + topic + "' at " + brokers_ + ": " + text_of(error);
  if (in_transactions_) text += "; a transaction is committed whole or not at all, so it is taken back";
  stop(code_of(error), text);
}

/// The first reason counts: later ones mostly follow from it.
void Deliveries::stop(const std::string& code, const std::string& text) {
  if (!stop_) stop_.emplace(code, text);
}

void Deliveries::on_delivery(const rd_kafka_message_t& message) {
  auto* const item = static_cast<InFlight::Item*>(message._private);
  --under_way_;
  ++settled_;
  unreachable_ = false;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR && (item == nullptr || in_transactions_)) {
    stop_for(message.err, rd_kafka_topic_name(message.rkt));
  } else if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return failed(*item, message.err);
  }
  if (item != nullptr) {
    kept_.let_go(*item);
  } else if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    last_offset_ = message.offset;
  }
}

void Deliveries::on_error(rd_kafka_t* client, rd_kafka_resp_err_t error, const char* reason) {
  unreachable_ = unreachable_ || is_unreachable(error);
  if (error == RD_KAFKA_RESP_ERR__FATAL && is_fenced(rd_kafka_fatal_error(client, nullptr, 0)))
    return stop("fenced", fenced_text(brokers_));
  if (is_quiet()) return;  // its calls tell what they could not do
  try {
    report_client_error(client, error, reason, brokers_, context());
  } catch (const Stop& e) {
    stop(e.code(), e.what());
  }
}

}  // namespace weir::kafka
