// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "http_message.h"

namespace Poco {
class ThreadPool;
namespace Net {
class HTTPServer;
class HTTPServerRequest;
class HTTPServerResponse;
}  // namespace Net
}  // namespace Poco

namespace weir::standins {

/// One request and the connection that waits for its answer. Lives for one call of the handler and
/// belongs to its thread. At most one of the sending functions may be called, once; with none of
/// them the connection is dropped. They throw Poco::Exception when the client has gone.
class Exchange {
 public:
  Exchange(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
           HttpRequest message);

  const HttpRequest& request() const { return message_; }
  int client_socket() const;

  void send(const HttpReply& reply);
  /// Announces the whole body, sends its first half and closes the connection.
  void send_half(const HttpReply& reply);
  /// Closes the connection without a byte.
  void drop();

 private:
  Poco::Net::HTTPServerRequest& wire_request_;
  Poco::Net::HTTPServerResponse& wire_response_;
  HttpRequest message_;
};

/// An HTTP/1.1 server on 127.0.0.1 with kept-alive connections, a thread for each. The handler runs
/// on many threads at once. start and stop belong to one thread; the rest is thread-safe between
/// them.
class LoopbackServer {
 public:
  using Handler = std::function<void(Exchange&)>;

  explicit LoopbackServer(Handler handler);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  /// Listens on that port, 0 for any free one; the port stays the same for later starts. Throws
  /// Poco::Exception when it cannot be had.
  void start(std::uint16_t port);
  /// Refuses new connections, waits for the handlers that run, closes all connections. The caller
  /// sees to it that handlers end. Does nothing when stopped already.
  void stop();

  std::uint16_t port() const { return port_; }
  /// Connections accepted since construction.
  std::uint64_t connections_opened() const;

 private:
  Handler handler_;
  std::unique_ptr<Poco::ThreadPool> threads_;
  std::unique_ptr<Poco::Net::HTTPServer> server_;
  std::uint16_t port_ = 0;
  std::uint64_t earlier_connections_ = 0;
};

}  // namespace weir::standins
