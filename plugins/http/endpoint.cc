// SPDX-License-Identifier: Apache-2.0
#include "http/endpoint.h"

#include <charconv>
#include <stdexcept>

namespace weir::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

/// The scheme's end and the authority's end within a URL.
struct Cut {
  std::size_t authority, target;
};

Cut cut(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    throw std::invalid_argument("expected a URL that begins with http:// or https://");
  }
  const std::size_t target = url.find_first_of("/?#", scheme + 3);
  return {scheme + 3, target == std::string_view::npos ? url.size() : target};
}

std::uint16_t port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    throw std::invalid_argument("the URL's port is '" + std::string(text) + "', expected 1 to 65535");
  }
  return port;
}

}  // namespace

Endpoint Endpoint::of(std::string_view url) {
  const Cut at = cut(url);
  const std::string_view scheme = url.substr(0, at.authority - 3);
  std::string_view authority = url.substr(at.authority, at.target - at.authority);
  Endpoint e;
  e.secure = scheme == "https";
  if (!e.secure && scheme != "http") {
    throw std::invalid_argument("the URL begins with '" + std::string(scheme) +
                                "://', expected http:// or https://");
  }
  if (authority.find('@') != std::string_view::npos) {
    throw std::invalid_argument("user and password do not belong into the URL; send them as a secret header");
  }
  e.port = e.secure ? kHttpsPort : kHttpPort;
  const std::size_t bracket = authority.rfind(']');  // [::1]:8080
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    e.port = port_of(authority.substr(colon + 1));
    authority = authority.substr(0, colon);
  }
  if (authority.size() > 2 && authority.front() == '[' && authority.back() == ']') {
    authority = authority.substr(1, authority.size() - 2);
  }
  if (authority.find_first_of(" {}\\\"<>") != std::string_view::npos) {
    throw std::invalid_argument("the URL's host '" + std::string(authority) + "' is no name or address");
  }
  if (authority.empty()) throw std::invalid_argument("the URL names no host");
  e.host = authority;
  return e;
}

std::string Endpoint::name() const {
  const bool numeric6 = host.find(':') != std::string::npos;
  std::string text = secure ? "https://" : "http://";
  text += numeric6 ? "[" + host + "]" : host;
  if (port != (secure ? kHttpsPort : kHttpPort)) text += ":" + std::to_string(port);
  return text;
}

std::string target_of(std::string_view url) {
  std::string_view rest = url.substr(cut(url).target);
  rest = rest.substr(0, rest.find('#'));
  if (rest.empty()) return "/";
  return rest.front() == '/' ? std::string(rest) : "/" + std::string(rest);
}

void append_url_encoded(std::string_view text, std::string& to) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      to += c;
    } else {
      to += '%';
      to += kHex[byte >> 4];
      to += kHex[byte & 15];
    }
  }
}

}  // namespace weir::http
