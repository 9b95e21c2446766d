// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::standins {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// One request as it was received. Plain data, owned by whoever holds it.
struct HttpRequest {
  std::string method;
  std::string target;  ///< as sent: path and query, still percent-encoded
  std::string path;    ///< decoded, without the query
  std::map<std::string, std::string> query;
  HttpHeaders headers;  ///< in the order received
  std::string body;

  /// The value of the first header of that name (upper and lower case alike); empty when absent.
  std::string header(std::string_view name) const;
};

/// One reply to be sent. JSON in HTTP 200 unless said otherwise, as WeChat answers.
struct HttpReply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json; charset=utf-8";
  HttpHeaders headers;
};

}  // namespace weir::standins
