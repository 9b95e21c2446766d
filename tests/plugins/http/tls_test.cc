// SPDX-License-Identifier: Apache-2.0
#include "http/tls.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "http/client.h"

namespace weir::http {
namespace {

using Kind = TransportError::Kind;

/// Certificates that sign themselves: for localhost and 127.0.0.1, and for a name that nothing here has.
std::string certificate(const std::string& name) {
  return WEIR_SOURCE_DIR "/tests/plugins/http/certificates/" + name + ".pem";
}

class Greeter final : public Poco::Net::HTTPRequestHandler {
  void handleRequest(Poco::Net::HTTPServerRequest&, Poco::Net::HTTPServerResponse& response) override {
    response.sendBuffer("hello", 5);
  }
};
class GreeterFactory final : public Poco::Net::HTTPRequestHandlerFactory {
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
    return new Greeter;
  }
};

/// Answers "hello" over TLS, with that certificate.
class SecureServer {
 public:
  explicit SecureServer(const std::string& name)
      : socket_(Poco::Net::SocketAddress("127.0.0.1", 0), 8, context(name)),
        server_(new GreeterFactory, socket_, new Poco::Net::HTTPServerParams) {
    server_.start();
  }
  ~SecureServer() { server_.stopAll(true); }
  std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(socket_.address().port());
  }

 private:
  static Poco::Net::Context::Ptr context(const std::string& name) {
    return new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, certificate(name), certificate(name),
                                  "", Poco::Net::Context::VERIFY_NONE);
  }

  Poco::Net::SecureServerSocket socket_;
  Poco::Net::HTTPServer server_;
};

Reply get(Client& client) {
  Request request;
  request.method = "GET";
  return client.send(request);
}

Kind kind_of_failure(const std::string& url, const TlsOptions& options) {
  Client client(Endpoint::of(url), {});
  client.use(load_tls(options));
  try {
    get(client);
  } catch (const TransportError& e) {
    return e.kind();
  }
  ADD_FAILURE() << "the call succeeded";
  return Kind::kInterrupted;
}

TEST(HttpClientTls, ACertificateOfATrustedAuthorityIsAccepted) {
  SecureServer server("localhost");
  TlsOptions options;
  options.ca = certificate("localhost");
  for (const char* host : {"localhost", "127.0.0.1"}) {
    Client client(Endpoint::of(server.url(host)), {});
    client.use(load_tls(options));
    EXPECT_EQ(get(client).body, "hello");
    EXPECT_EQ(get(client).body, "hello");
  }
}

TEST(HttpClientTls, ACertificateThatNobodyVouchesForIsRefused) {
  SecureServer server("localhost");
  EXPECT_EQ(kind_of_failure(server.url("localhost"), {}), Kind::kUntrusted);
}

TEST(HttpClientTls, ACertificateForAnotherNameIsRefused) {
  SecureServer server("elsewhere");
  TlsOptions options;
  options.ca = certificate("elsewhere");
  EXPECT_EQ(kind_of_failure(server.url("localhost"), options), Kind::kUntrusted);
}

TEST(HttpClientTls, WithoutVerificationAnyCertificateWillDo) {
  SecureServer server("elsewhere");
  TlsOptions options;
  options.verify = false;
  Client client(Endpoint::of(server.url("localhost")), {});
  client.use(load_tls(options));
  EXPECT_EQ(get(client).body, "hello");
}

TEST(HttpClientTls, AFileThatCannotBeReadIsNamed) {
  TlsOptions options;
  options.ca = "/nowhere/ca.pem";
  try {
    load_tls(options);
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("tls.ca: cannot read '/nowhere/ca.pem'"), std::string::npos)
        << e.what();
  }
}

}  // namespace
}  // namespace weir::http
