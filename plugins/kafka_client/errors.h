// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

namespace weir::kafka {

/// The error's name as a code for machines: RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE gives
/// "msg_size_too_large".
std::string code_of(rd_kafka_resp_err_t error);

/// One line for people: librdkafka's text, with `detail` behind it when that says more.
std::string text_of(rd_kafka_resp_err_t error, std::string_view detail = {});

/// Errors that no waiting mends: wrong credentials, missing rights, a client that the cluster has shut out.
bool is_hopeless(rd_kafka_resp_err_t error);

/// Errors by which the brokers shut a producer out whose transactional id another one has taken, or whose
/// transaction was open for too long.
bool is_fenced(rd_kafka_resp_err_t error);
/// What that means for a pipeline.
std::string fenced_text(const std::string& brokers);

/// Errors that say only that brokers cannot be reached now; librdkafka goes on trying.
bool is_unreachable(rd_kafka_resp_err_t error);

/// Errors of a broker that does not look after the group, or not yet: after a start, or when another has
/// taken it.
bool has_no_coordinator(rd_kafka_resp_err_t error);

}  // namespace weir::kafka
