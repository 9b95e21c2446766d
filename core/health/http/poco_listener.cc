// SPDX-License-Identifier: Apache-2.0
//
// weir_http_server.so: HttpListener with Poco's server.
#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/ThreadPool.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <utility>

#include "health/http_listener.h"

namespace weir {
namespace {

namespace net = Poco::Net;

constexpr int kThreads = 2;
constexpr int kQueued = 16;
constexpr int kSeconds = 5;  // for a request to come

class Handler final : public net::HTTPRequestHandler {
 public:
  explicit Handler(const HttpListener::Page& page) : page_(page) {}

  void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override {
    const bool head = request.getMethod() == net::HTTPRequest::HTTP_HEAD;
    HttpReply reply{405, "text/plain", "only GET and HEAD are answered\n"};
    if (head || request.getMethod() == net::HTTPRequest::HTTP_GET) {
      const std::string& uri = request.getURI();
      reply = page_(uri.substr(0, uri.find('?')));
    } else {
      response.set("Allow", "GET, HEAD");
    }
    response.setStatusAndReason(static_cast<net::HTTPResponse::HTTPStatus>(reply.status));
    response.setContentType(reply.content_type);
    response.setContentLength64(static_cast<Poco::Int64>(reply.body.size()));
    response.set("Cache-Control", "no-store");
    std::ostream& out = response.send();
    if (!head) out << reply.body;
  }

 private:
  const HttpListener::Page& page_;
};

class Factory final : public net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(HttpListener::Page page) : page_(std::move(page)) {}
  net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
    return new Handler(page_);
  }

 private:
  const HttpListener::Page page_;
};

net::HTTPServerParams::Ptr parameters() {
  net::HTTPServerParams::Ptr p = new net::HTTPServerParams;
  p->setMaxThreads(kThreads);
  p->setMaxQueued(kQueued);
  p->setTimeout(Poco::Timespan(kSeconds, 0));
  p->setKeepAlive(false);
  return p;
}

class PocoListener final : public HttpListener {
 public:
  PocoListener(const net::SocketAddress& at, Page page)
      : socket_(at), server_(new Factory(std::move(page)), threads_, socket_, parameters()) {
    server_.start();
  }
  ~PocoListener() override { server_.stopAll(true); }

  std::string address() const override { return socket_.address().toString(); }

 private:
  Poco::ThreadPool threads_{1, kThreads};
  net::ServerSocket socket_;
  net::HTTPServer server_;
};

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace
}  // namespace weir

// A function of one program's own parts, made by one compiler: no boundary to plugins. What it returns
// belongs to the caller.
extern "C" __attribute__((visibility("default"))) weir::HttpListener* weir_http_server(
    const std::string& address, weir::HttpListener::Page page, std::string& problem) {
  try {
    const std::string whole = weir::is_number(address) ? "127.0.0.1:" + address : address;
    return new weir::PocoListener(Poco::Net::SocketAddress(whole), std::move(page));
  } catch (const Poco::Exception& e) {
    problem = e.displayText();
    return nullptr;
  }
}
