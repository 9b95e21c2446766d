// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/Context.h>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/endpoint.h"
#include "http/wire.h"

namespace Poco::Net {
class HTTPClientSession;
}

namespace weir::http {

/// Time limits of one request.
struct Timeouts {
  std::chrono::milliseconds connect{5'000};   ///< for a connection, TLS included
  std::chrono::milliseconds request{30'000};  ///< from the request's first byte to the reply's last one
};

using Headers = std::map<std::string, std::string>;

/// All that it refers to must live until send() returns.
struct Request {
  std::string_view method = "POST";
  std::string_view target = "/";  ///< path and query, encoded
  const Headers* headers = nullptr;
  std::string_view body;  ///< JSON, unless `headers` has a Content-Type; not sent with GET
};

struct Reply {
  int status = 0;
  std::string_view body;    ///< valid until the next send(); WEIR_PADDING readable bytes stand behind it
  std::string retry_after;  ///< that header's value, empty where there is none
  std::string location;
};

/// A call that brought no whole reply.
class TransportError : public std::runtime_error {
 public:
  enum class Kind {
    kConnect,      ///< no connection: refused, unreachable, unknown host
    kTimeout,      ///< see Timeouts
    kClosed,       ///< the connection ended before the reply was whole
    kNotHttp,      ///< what came is no HTTP, or too large
    kTls,          ///< the encrypted connection failed
    kUntrusted,    ///< the server's certificate does not prove what it should
    kInterrupted,  ///< by interrupt()
  };
  TransportError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }
  /// Short and stable: "connect", "timeout", ...
  std::string_view code() const;

 private:
  Kind kind_;
};

/// One connection to a service, opened when first used and kept alive from call to call. After an error the
/// next call opens a new one. Used by one thread, but for interrupt().
///
/// Messages of its errors name the host, never the target, a header or a body, as tokens stand there.
class Client {
 public:
  /// Opens no connection yet.
  Client(Endpoint endpoint, Timeouts timeouts);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// Of load_tls(); must be called before the first send() where the endpoint is secure.
  void use(Poco::Net::Context::Ptr tls) { tls_ = std::move(tls); }

  /// Sends the request and waits for the whole reply. Where the service has closed a kept-alive connection
  /// meanwhile, the request is sent once more over a new one: calls must bear being repeated. The look-up of
  /// the host's name is bounded by the system's resolver only. Throws TransportError.
  Reply send(const Request& request);

  /// Ends the call that runs and refuses all later ones (kInterrupted). While a connection is being opened
  /// it takes effect at the connect time-out at the latest. [any-thread]
  void interrupt() { wire_.cut(); }
  bool interrupted() const { return wire_.is_cut(); }

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  void open_session();
  Reply exchange(const Request& request);
  std::string_view read_body(std::istream& from, std::int64_t announced, Deadline deadline);
  std::chrono::milliseconds left(Deadline deadline) const;

  const Endpoint endpoint_;
  const Timeouts timeouts_;
  const std::string name_;  // of the endpoint
  Poco::Net::Context::Ptr tls_;
  Wire wire_;
  std::unique_ptr<Poco::Net::HTTPClientSession> session_;  // null after an error
  bool reply_began_ = false;
  std::vector<char> body_;  // of the last reply, with padding
};

}  // namespace weir::http
