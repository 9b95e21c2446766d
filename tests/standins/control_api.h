// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http_message.h"

namespace weir::standins {

class WeChatApi;

/// The stand-in's settings over HTTP, for tests in other processes. Never delayed, held or counted.
///
///   GET  /_control/stats          the counts of CallStats as a JSON object
///   POST /_control/fail           {"count": 3, "endpoint": PATH, and one of "errcode": N,
///                                 "http_status": N (with "retry_after": TEXT if wanted) or
///                                 "kind": "close", "half", "not_json", "time_out"}
///                                 count 1 and endpoint batchget when absent
///   POST /_control/clear_faults
///   POST /_control/latency        {"ms": N}
///   POST /_control/limits         {"rate_limit": N, "quota": N}, either or both
///   POST /_control/advance_clock  {"seconds": N}
///   POST /_control/expire_tokens, /_control/revoke_tokens, /_control/hold, /_control/release,
///        /_control/reset_counts
///
/// A success is {"ok": true}; what it cannot understand is {"error": TEXT} in HTTP 400, a path it
/// does not know 404.
bool is_control(const HttpRequest& request);
HttpReply answer_control(WeChatApi& api, const HttpRequest& request);

}  // namespace weir::standins
