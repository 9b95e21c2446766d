// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace weir {

struct HttpReply {
  int status = 200;
  std::string content_type, body;
};

/// Answers GET and HEAD over HTTP until it is destroyed.
class HttpListener {
 public:
  /// What is at a path (without a query). Any thread, several at once; must not throw.
  using Page = std::function<HttpReply(const std::string& path)>;

  HttpListener() = default;
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;
  /// Waits for answers that are being given.
  virtual ~HttpListener() = default;

  /// Where it listens, as "127.0.0.1:8080": with the port that was chosen where 0 was asked for.
  virtual std::string address() const = 0;
};

/// Listens at "HOST:PORT", or at 127.0.0.1 for a port alone; port 0 is any that is free. nullptr, and why in
/// `problem`, where that cannot be. The server is in a library of its own (weir_http_server.so, beside the
/// plugins' folder), so that its memory is that of those who ask for it.
std::unique_ptr<HttpListener> listen(const std::string& address, HttpListener::Page page,
                                     std::string& problem);

}  // namespace weir
