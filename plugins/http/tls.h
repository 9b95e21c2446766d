// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/Context.h>

#include <string>

namespace weir::http {

/// How an https server proves who it is, and how this client does.
struct TlsOptions {
  std::string ca;      ///< file or folder of trusted certificates (PEM); empty: the system's
  std::string cert;    ///< this client's certificate (PEM); empty: none
  std::string key;     ///< its private key (PEM); empty: it stands in `cert`
  bool verify = true;  ///< false: any certificate is taken
};

/// The settings for connections by TLS 1.2 or later, read from the files; clients may share them. Throws
/// std::runtime_error that names the file which cannot be used.
Poco::Net::Context::Ptr load_tls(const TlsOptions& options);

}  // namespace weir::http
