// SPDX-License-Identifier: Apache-2.0
#include "loopback_server.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/String.h>
#include <Poco/ThreadPool.h>
#include <Poco/URI.h>
#include <sys/socket.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <utility>

namespace weir::standins {
namespace {

// A connection keeps its thread while it is open, so this is also the most connections at once.
constexpr int kMostConnections = 512;
constexpr int kIdleConnectionSeconds = 300;

Poco::Net::StreamSocket& socket_of(Poco::Net::HTTPServerRequest& request) {
  return static_cast<Poco::Net::HTTPServerRequestImpl&>(request).socket();
}

HttpRequest read_message(Poco::Net::HTTPServerRequest& wire) {
  HttpRequest message;
  message.method = wire.getMethod();
  message.target = wire.getURI();
  const Poco::URI uri(message.target);
  message.path = uri.getPath();
  for (const auto& [name, value] : uri.getQueryParameters()) message.query.emplace(name, value);
  for (const auto& [name, value] : wire) message.headers.emplace_back(name, value);
  // A request that gives its body no length has none (RFC 9112, section 6.3); Poco would read until the
  // client goes.
  if (wire.hasContentLength() || wire.getChunkedTransferEncoding()) {
    Poco::StreamCopier::copyToString(wire.stream(), message.body);
  }
  return message;
}

class RequestHandler final : public Poco::Net::HTTPRequestHandler {
 public:
  explicit RequestHandler(const LoopbackServer::Handler& handler) : handler_(handler) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    try {
      Exchange exchange(request, response, read_message(request));
      handler_(exchange);
    } catch (const Poco::Exception&) {
      // The client has gone or sent what is no HTTP.
      response.setKeepAlive(false);
    } catch (const std::exception& error) {
      std::cerr << "stand-in: the handler failed: " << error.what() << '\n';
      response.setKeepAlive(false);
    }
    if (!response.sent()) response.setKeepAlive(false);
  }

 private:
  const LoopbackServer::Handler& handler_;
};

class HandlerFactory final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit HandlerFactory(const LoopbackServer::Handler& handler) : handler_(handler) {}

  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest& /*request*/) override {
    return new RequestHandler(handler_);  // The server deletes it.
  }

 private:
  const LoopbackServer::Handler& handler_;
};

}  // namespace

std::string HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (Poco::icompare(key, std::string(name)) == 0) return value;
  }
  return {};
}

Exchange::Exchange(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                   HttpRequest message)
    : wire_request_(request), wire_response_(response), message_(std::move(message)) {}

int Exchange::client_socket() const {
  return socket_of(wire_request_).impl()->sockfd();
}

void Exchange::send(const HttpReply& reply) {
  wire_response_.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(reply.status));
  wire_response_.setContentType(reply.content_type);
  for (const auto& [name, value] : reply.headers) wire_response_.set(name, value);
  wire_response_.sendBuffer(reply.body.data(), reply.body.size());
}

void Exchange::send_half(const HttpReply& reply) {
  std::string bytes = "HTTP/1.1 " + std::to_string(reply.status) +
                      " OK\r\nContent-Type: " + reply.content_type +
                      "\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
  bytes.append(reply.body, 0, reply.body.size() / 2);
  wire_response_.setKeepAlive(false);
  Poco::Net::StreamSocket& socket = socket_of(wire_request_);
  for (std::size_t sent = 0; sent < bytes.size();) {
    const int count = socket.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent));
    sent += static_cast<std::size_t>(count);
  }
}

void Exchange::drop() {
  wire_response_.setKeepAlive(false);
}

LoopbackServer::LoopbackServer(Handler handler) : handler_(std::move(handler)) {}

LoopbackServer::~LoopbackServer() {
  stop();
}

void LoopbackServer::start(std::uint16_t port) {
  stop();
  Poco::Net::ServerSocket socket;
  socket.bind(Poco::Net::SocketAddress("127.0.0.1", port), /*reuseAddress=*/true);
  socket.listen(kMostConnections);
  Poco::AutoPtr<Poco::Net::HTTPServerParams> params(new Poco::Net::HTTPServerParams);
  params->setKeepAlive(true);
  params->setKeepAliveTimeout(Poco::Timespan(kIdleConnectionSeconds, 0));
  params->setMaxQueued(kMostConnections);
  params->setMaxThreads(kMostConnections);
  threads_ = std::make_unique<Poco::ThreadPool>(2, kMostConnections);
  server_ = std::make_unique<Poco::Net::HTTPServer>(new HandlerFactory(handler_), *threads_, socket, params);
  port_ = socket.address().port();
  server_->start();
}

void LoopbackServer::stop() {
  if (!server_) return;
  // The accepting thread looks whether it is to stop every 250 ms only; this wakes it at once.
  ::shutdown(server_->socket().impl()->sockfd(), SHUT_RDWR);
  server_->stop();
  // A connection that was accepted just before is told only once its thread has made it known to
  // the server, hence the repetition: this waits on the count of connections itself.
  while (server_->currentConnections() > 0) {
    server_->stopAll(/*abortCurrent=*/false);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  threads_->joinAll();
  earlier_connections_ += static_cast<std::uint64_t>(server_->totalConnections());
  server_.reset();
  threads_.reset();
}

std::uint64_t LoopbackServer::connections_opened() const {
  const std::uint64_t now = server_ ? static_cast<std::uint64_t>(server_->totalConnections()) : 0;
  return earlier_connections_ + now;
}

}  // namespace weir::standins
