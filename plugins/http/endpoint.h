// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::http {

/// Where a service listens, taken from a URL.
struct Endpoint {
  /// Reads "http://host[:port]" or "https://host[:port]"; what follows in the URL is left to the caller.
  /// Throws std::invalid_argument that says what was expected. User and password in the URL are refused, as
  /// they would end up in messages.
  static Endpoint of(std::string_view url);

  /// "https://host:port", the port only where it is not the usual one; for messages and the Host header.
  std::string name() const;

  bool secure = false;
  std::string host;
  std::uint16_t port = 80;
};

/// The part of a URL behind the host, "/" at least, without a fragment.
std::string target_of(std::string_view url);

/// Appends `text` in the form that may stand in a path or a query (RFC 3986: all but A-Z a-z 0-9 - . _ ~ is
/// written as %XX).
void append_url_encoded(std::string_view text, std::string& to);

}  // namespace weir::http
