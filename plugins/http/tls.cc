// SPDX-License-Identifier: Apache-2.0
#include "http/tls.h"

#include <Poco/Exception.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace weir::http {
namespace {

void check_readable(const char* option, const std::string& path) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) return;
  throw std::runtime_error(std::string(option) + ": cannot read '" + path + "': " + std::strerror(errno));
}

}  // namespace

Poco::Net::Context::Ptr load_tls(const TlsOptions& options) {
  using Poco::Net::Context;
  check_readable("tls.ca", options.ca);
  check_readable("tls.cert", options.cert);
  check_readable("tls.key", options.key);
  Context::Params params;
  params.caLocation = options.ca;
  params.loadDefaultCAs = options.ca.empty();
  params.certificateFile = options.cert;
  params.privateKeyFile = options.key.empty() ? options.cert : options.key;
  // VERIFY_STRICT, as Poco skips the check of the name for hosts that are this machine otherwise.
  params.verificationMode = options.verify ? Context::VERIFY_STRICT : Context::VERIFY_NONE;
  params.cipherList = "HIGH:!aNULL:!MD5:!RC4";
  try {
    Context::Ptr context(new Context(Context::TLS_CLIENT_USE, params));
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    context->enableExtendedCertificateVerification(options.verify);
    context->enableSessionCache();
    return context;
  } catch (const Poco::Exception& e) {
    throw std::runtime_error("tls: the certificates cannot be used: " + e.displayText());
  }
}

}  // namespace weir::http
