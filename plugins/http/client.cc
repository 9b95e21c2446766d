// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <weir/abi.h>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <cstring>
#include <istream>
#include <ostream>
#include <utility>

namespace weir::http {
namespace {

using Kind = TransportError::Kind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// No lookup means a larger reply.
constexpr std::size_t kMostReplyBytes = std::size_t{256} << 20;
constexpr std::size_t kFirstReplyBytes = 64 * 1024;

Poco::Timespan timespan(milliseconds t) {
  return {static_cast<Poco::Timespan::TimeDiff>(t.count()) * Poco::Timespan::MILLISECONDS};
}

/// A session of Poco that tells a Wire about its connections.
template <class Session>
class Watched final : public Session {
 public:
  template <class... Args>
  explicit Watched(Wire& wire, Args&&... args) : Session(std::forward<Args>(args)...), wire_(wire) {}
  ~Watched() override { wire_.detach(); }

 protected:
  void connect(const Poco::Net::SocketAddress& address) override {
    wire_.connecting();
    Session::connect(address);
    wire_.attach(this->socket().impl()->sockfd());
  }

 private:
  Wire& wire_;
};

template <class T>
bool is(const Poco::Exception& e) {
  return dynamic_cast<const T*>(&e) != nullptr;
}

/// What an exception of Poco means, and how to say it. Poco's own words name hosts at most.
TransportError translated(const Poco::Exception& e, const std::string& service, bool connecting) {
  using namespace Poco::Net;
  const auto error = [&](Kind kind, const std::string& what) {
    return TransportError(kind, service + ": " + what);
  };
  const std::string words = e.message().empty() ? std::string(e.name()) : e.message();
  if (is<SSLConnectionUnexpectedlyClosedException>(e)) {
    return error(Kind::kClosed, "the encrypted connection was closed");
  }
  if (is<CertificateValidationException>(e) || is<InvalidCertificateException>(e) ||
      (is<SSLException>(e) && e.message().find("certificate") != std::string::npos)) {
    return error(Kind::kUntrusted, "its certificate is not trusted (" + words +
                                       "); see the option tls.ca for certificates of your own");
  }
  if (is<SSLException>(e)) return error(Kind::kTls, "TLS failed: " + words);
  if (is<Poco::TimeoutException>(e)) {
    return connecting ? error(Kind::kConnect, "no connection within the time-out")
                      : error(Kind::kTimeout, "no whole reply within the time-out");
  }
  if (is<HostNotFoundException>(e) || is<DNSException>(e)) {
    return error(Kind::kConnect, "the host's name is not known");
  }
  if (connecting || is<ConnectionRefusedException>(e)) {
    return error(Kind::kConnect, "no connection: " + words);
  }
  if (is<NoMessageException>(e)) {
    return error(Kind::kClosed, "the connection was closed without a reply");
  }
  if (is<MessageException>(e) || is<Poco::SyntaxException>(e)) {
    return error(Kind::kNotHttp, "the reply is no HTTP");
  }
  return error(Kind::kClosed, "the connection broke: " + words);
}

}  // namespace

std::string_view TransportError::code() const {
  switch (kind_) {
    case Kind::kConnect:
      return "connect";
    case Kind::kTimeout:
      return "timeout";
    case Kind::kClosed:
      return "closed";
    case Kind::kNotHttp:
      return "not_http";
    case Kind::kTls:
      return "tls";
    case Kind::kUntrusted:
      return "untrusted";
    case Kind::kInterrupted:
      return "interrupted";
  }
  return "closed";
}

Client::Client(Endpoint endpoint, Timeouts timeouts)
    : endpoint_(std::move(endpoint)), timeouts_(timeouts), name_(endpoint_.name()) {}

Client::~Client() = default;

Reply Client::send(const Request& request) {
  for (bool again = false;; again = true) {
    if (interrupted()) throw TransportError(Kind::kInterrupted, name_ + ": interrupted");
    if (session_ == nullptr) open_session();
    const int opened_before = wire_.opened();
    try {
      return exchange(request);
    } catch (const TransportError& e) {
      const bool stale = e.kind() == Kind::kClosed && !reply_began_ && wire_.opened() == opened_before;
      session_.reset();
      if (interrupted()) throw TransportError(Kind::kInterrupted, name_ + ": interrupted");
      if (!stale || again) throw;
    }
  }
}

void Client::open_session() {
  using Poco::Net::HTTPClientSession;
  using Poco::Net::HTTPSClientSession;
  if (endpoint_.secure) {
    session_ = std::make_unique<Watched<HTTPSClientSession>>(wire_, endpoint_.host, endpoint_.port, tls_);
  } else {
    session_ = std::make_unique<Watched<HTTPClientSession>>(wire_, endpoint_.host, endpoint_.port);
  }
  session_->setKeepAlive(true);
  session_->setTimeout(timespan(timeouts_.connect), timespan(timeouts_.request), timespan(timeouts_.request));
}

Reply Client::exchange(const Request& request) {
  using Poco::Net::HTTPMessage;
  using Poco::Net::HTTPRequest;
  const Deadline deadline = steady_clock::now() + timeouts_.request;
  reply_began_ = false;
  try {
    HTTPRequest head(std::string(request.method), std::string(request.target), HTTPMessage::HTTP_1_1);
    head.set("Accept", "application/json");
    head.set("User-Agent", "weir");
    const bool has_body = request.method != HTTPRequest::HTTP_GET;
    if (has_body) {
      head.setContentType("application/json; charset=utf-8");
      head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
    }
    if (request.headers != nullptr) {
      for (const auto& [name, value] : *request.headers) head.set(name, value);
    }
    std::ostream& to = session_->sendRequest(head);
    if (has_body) to.write(request.body.data(), static_cast<std::streamsize>(request.body.size()));
    to.flush();

    session_->socket().setReceiveTimeout(timespan(left(deadline)));
    Poco::Net::HTTPResponse response;
    std::istream& from = session_->receiveResponse(response);
    reply_began_ = true;
    Reply reply;
    reply.status = response.getStatus();
    reply.retry_after = response.get("Retry-After", "");
    reply.location = response.get("Location", "");
    reply.body = read_body(from, response.hasContentLength() ? response.getContentLength64() : -1, deadline);
    return reply;
  } catch (const Poco::Exception& e) {
    throw translated(e, name_, wire_.is_connecting());
  }
}

std::string_view Client::read_body(std::istream& from, std::int64_t announced, Deadline deadline) {
  const auto too_large = [this] {
    return TransportError(Kind::kNotHttp, name_ + ": the reply is too large");
  };
  if (announced > static_cast<std::int64_t>(kMostReplyBytes)) throw too_large();
  std::size_t size = 0;
  while (announced < 0 || size < static_cast<std::size_t>(announced)) {
    const std::size_t want = announced < 0 ? kFirstReplyBytes : static_cast<std::size_t>(announced) - size;
    const std::size_t part = std::min(want, kFirstReplyBytes);
    if (size + part > kMostReplyBytes) throw too_large();
    if (body_.size() < size + part + WEIR_PADDING) body_.resize(2 * (size + part) + WEIR_PADDING);
    if (size != 0) session_->socket().setReceiveTimeout(timespan(left(deadline)));
    from.read(body_.data() + size, static_cast<std::streamsize>(part));
    size += static_cast<std::size_t>(from.gcount());
    if (session_->networkException() != nullptr) session_->networkException()->rethrow();
    if (!from) break;
  }
  if (announced >= 0 && size < static_cast<std::size_t>(announced)) {
    throw TransportError(Kind::kClosed, name_ + ": the reply ended after " + std::to_string(size) + " of " +
                                            std::to_string(announced) + " bytes");
  }
  if (body_.size() < size + WEIR_PADDING) body_.resize(size + WEIR_PADDING);
  std::memset(body_.data() + size, 0, WEIR_PADDING);
  return {body_.data(), size};
}

milliseconds Client::left(Deadline deadline) const {
  const auto rest = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  if (rest.count() <= 0) throw TransportError(Kind::kTimeout, name_ + ": no whole reply within the time-out");
  return rest;
}

}  // namespace weir::http
