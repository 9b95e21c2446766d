// SPDX-License-Identifier: Apache-2.0
#include "http/call_options.h"

#include <string>

namespace weir::http {
namespace {

/// A duration as it stands in a pipeline file.
std::string text(std::chrono::milliseconds t) {
  if (t.count() % 1000 == 0) return std::to_string(t.count() / 1000) + "s";
  return std::to_string(t.count()) + "ms";
}

}  // namespace

void CallOptions::describe(Descriptor& d) {
  const CallOptions defaults;
  auto& timeouts = d.option("timeouts", Type::kObject, "Time limits of a call.");
  timeouts.field("connect", Type::kDuration, "For opening a connection, TLS included.")
      .default_value(text(defaults.timeouts.connect))
      .at_least(1);
  timeouts.field("request", Type::kDuration, "From the request's first byte to the reply's last one.")
      .default_value(text(defaults.timeouts.request))
      .at_least(1);

  auto& retry = d.option("retry", Type::kObject,
                         "How calls that failed for a passing reason are repeated: after a random wait "
                         "whose bound doubles each time. Back-pressure holds the sources meanwhile.");
  retry
      .field("attempts", Type::kInteger,
             "How often a call is tried in all before its records go to the port error; 0: without end.")
      .default_value(std::to_string(defaults.retry.attempts))
      .at_least(0);
  retry.field("first", Type::kDuration, "Bound of the first wait.")
      .default_value(text(defaults.retry.first))
      .at_least(0);
  retry.field("most", Type::kDuration, "Bound of the longest wait.")
      .default_value(text(defaults.retry.most))
      .at_least(0);

  auto& rate =
      d.option("rate_limit", Type::kObject,
               "How many calls all workers of a process make together. Without it as many as they can.");
  rate.field("calls", Type::kInteger, "At most so many in any stretch of `every`; 0: no limit.")
      .default_value(std::to_string(defaults.rate_limit.calls))
      .at_least(0)
      .at_most(1e6);
  rate.field("every", Type::kDuration, "The stretch of time that `calls` are counted in.")
      .default_value(text(defaults.rate_limit.every))
      .at_least(1);

  auto& tls = d.option("tls", Type::kObject, "For https: whom to trust, and who we are.");
  tls.field("ca", Type::kString, "File or folder of trusted certificates (PEM) instead of the system's.");
  tls.field("verify", Type::kBool, "false takes any certificate: for tests only.").default_value("true");
  tls.field("cert", Type::kString, "This client's certificate (PEM), where the service asks for one.");
  tls.field("key", Type::kString, "Its private key (PEM), where it does not stand in `cert`.");
}

CallOptions CallOptions::of(const Options& options) {
  CallOptions c;
  if (options.has("timeouts")) {
    const Options timeouts = options.object("timeouts");
    c.timeouts = {timeouts.duration("connect"), timeouts.duration("request")};
  }
  if (options.has("retry")) {
    const Options retry = options.object("retry");
    c.retry = {static_cast<std::uint64_t>(retry.integer("attempts")), retry.duration("first"),
               retry.duration("most")};
  }
  if (options.has("rate_limit")) {
    const Options rate = options.object("rate_limit");
    c.rate_limit = {static_cast<std::uint64_t>(rate.integer("calls")), rate.duration("every")};
  }
  if (options.has("tls")) {
    const Options tls = options.object("tls");
    if (tls.has("ca")) c.tls.ca = tls.string("ca");
    if (tls.has("cert")) c.tls.cert = tls.string("cert");
    if (tls.has("key")) c.tls.key = tls.string("key");
    c.tls.verify = tls.boolean("verify");
    if (!c.tls.key.empty() && c.tls.cert.empty()) {
      throw OptionError("/tls/key",
                        "a private key without tls.cert; name the certificate that it belongs to");
    }
  }
  return c;
}

}  // namespace weir::http
