// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call_log.h"
#include "http_message.h"

namespace weir::standins {

inline constexpr char kSingle[] = "/single";
inline constexpr char kLookup[] = "/lookup";

/// A plain lookup API that reports errors by HTTP status, for lookups that are not WeChat's. An id
/// that begins with "bad" or has "-bad" in it is refused, one with "-gone" in it is not found, any
/// other has a name.

/// GET /single/{id}: {"id": id, "name": "name of <id>"}; 404 for one not found, 422 for one refused.
HttpReply answer_single(const HttpRequest& request, CallLog& log);

/// POST /lookup {"ids": [...]}, ids being strings or numbers: {"rows": [{"id", "name"}, ...]} in
/// the order asked, without those not found; 422 for the whole call when one id is refused, not
/// saying which; 400 for a body that is no such JSON.
HttpReply answer_lookup(const HttpRequest& request, CallLog& log);

}  // namespace weir::standins
