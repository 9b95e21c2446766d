// SPDX-License-Identifier: Apache-2.0
#include "sql_client/url.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <charconv>
#include <initializer_list>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace weir::sql {
namespace {

constexpr std::string_view kForms =
    "expected mysql://user:password@host:port/database, postgresql://user:password@host:port/database or "
    "sqlite:///path/to/file";

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument(what);
}

std::string decoded(std::string_view text, const char* part) {
  std::string plain;
  try {
    Poco::URI::decode(std::string(text), plain);
  } catch (const Poco::Exception&) {
    refuse("the " + std::string(part) +
           " in the url has a '%' that two hexadecimal digits do not follow; a '%' itself "
           "is written %25");
  }
  if (plain.find('\0') != std::string::npos)
    refuse("the " + std::string(part) + " in the url has a %00 in it");
  return plain;
}

/// Cuts `text` at the first `mark`; returns what stands behind it.
std::string_view cut(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

/// Poco parses a connection string without any way to quote: what it would cut or trim cannot be passed on.
void check_passes(std::string_view value, std::string_view unpassable, const char* part) {
  const std::size_t at = value.find_first_of(unpassable);
  const bool trimmed = !value.empty() && (value.front() == ' ' || value.back() == ' ');
  if (at == std::string_view::npos && !trimmed) return;
  const std::string found =
      at == std::string_view::npos || value[at] == ' ' ? "a space" : "'" + std::string(1, value[at]) + "'";
  refuse("the " + std::string(part) + " holds " + found +
         ", which the database library cannot pass on: choose one without it");
}

void check_known(const DatabaseUrl& url, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : url.parameters) {
    bool found = false;
    std::string names;
    for (const auto k : known) {
      found = found || k == name;
      names += (names.empty() ? "" : ", ") + std::string(k);
    }
    if (!found) {
      refuse("the url has an unknown parameter '" + name + "', expected " +
             (names.empty() ? "none for this database" : "one of " + names));
    }
  }
}

void parse_parameters(std::string_view text, DatabaseUrl& url) {
  while (!text.empty()) {
    std::string_view pair = text;
    text = cut(pair, '&');
    const std::string_view value = cut(pair, '=');
    url.parameters[decoded(pair, "parameter")] = decoded(value, "parameter");
  }
}

void parse_authority(std::string_view text, std::uint16_t default_port, DatabaseUrl& url) {
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    std::string_view user = text.substr(0, at);
    text = text.substr(at + 1);
    url.password = decoded(cut(user, ':'), "password");
    url.user = decoded(user, "user");
  }
  std::string_view port;
  if (!text.empty() && text.front() == '[') {  // an IPv6 address
    text.remove_prefix(1);
    port = cut(text, ']');
    if (!port.empty() && port.front() == ':') port.remove_prefix(1);
  } else {
    port = cut(text, ':');
  }
  url.host = decoded(text, "host");
  if (url.host.empty()) url.host = "localhost";
  url.port = default_port;
  if (port.empty()) return;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc() || end != port.data() + port.size() || url.port == 0) {
    // What stands there may be the end of a password with an unescaped '@' or ':': it is not shown.
    refuse(
        "the port in the url is no number from 1 to 65535; a ':' or '@' in a user or password is written %3A "
        "or "
        "%40");
  }
}

void parse_server(std::string_view rest, DatabaseUrl& url) {
  const bool mysql = url.database == Database::kMySql;
  if (rest.substr(0, 2) != "//") refuse("'//' is missing behind the url's scheme; " + std::string(kForms));
  rest.remove_prefix(2);
  parse_parameters(cut(rest, '?'), url);
  const std::string_view path = cut(rest, '/');
  if (path.find('@') != std::string_view::npos) {
    refuse("the url has a '@' behind its path: a '/' or '@' in a user or password is written %2F or %40");
  }
  parse_authority(rest, mysql ? 3306 : 5432, url);
  url.name = decoded(path, "database");
  if (url.name.empty()) refuse("the url names no database; " + std::string(kForms));
  if (url.user.empty()) refuse("the url names no user; " + std::string(kForms));
  if (mysql) {
    check_known(url, {"charset", "compress"});
  } else {
    check_known(url, {"application_name", "connect_timeout", "options", "sslmode", "sslrootcert", "sslcert",
                      "sslkey", "target_session_attrs"});
  }
  const std::string_view unpassable = mysql ? ";" : " ";
  check_passes(url.user, unpassable, "user in the url");
  check_passes(url.password, unpassable, "password in the url");
  check_passes(url.host, unpassable, "host in the url");
  check_passes(url.name, unpassable, "database in the url");
  for (const auto& [name, value] : url.parameters)
    check_passes(value, unpassable, "value of a parameter in the url");
}

void parse_sqlite(std::string_view rest, DatabaseUrl& url) {
  if (rest.substr(0, 2) == "//") {
    rest.remove_prefix(2);
    if (!rest.empty() && rest.front() != '/') {
      refuse("'sqlite://" + std::string(rest) + "' has two slashes before a relative path, expected sqlite:" +
             std::string(rest) + ", or three slashes before an absolute one");
    }
  }
  parse_parameters(cut(rest, '?'), url);
  check_known(url, {});
  url.name = decoded(rest, "path");
  if (url.name.empty()) refuse("the url names no file; " + std::string(kForms));
}

/// A value in a libpq connection string.
std::string pq_quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

DatabaseUrl DatabaseUrl::parse(std::string_view text) {
  DatabaseUrl url;
  std::string_view scheme = text;
  const std::string_view rest = cut(scheme, ':');
  if (scheme == "mysql" || scheme == "mariadb") {
    parse_server(rest, url);
  } else if (scheme == "postgresql" || scheme == "postgres") {
    url.database = Database::kPostgreSql;
    parse_server(rest, url);
  } else if (scheme == "sqlite" || scheme == "sqlite3") {
    url.database = Database::kSqlite;
    parse_sqlite(rest, url);
  } else {
    refuse("the url does not begin with a known scheme; " + std::string(kForms));
  }
  return url;
}

std::string DatabaseUrl::label() const {
  if (database == Database::kSqlite) return "sqlite:" + name;
  const bool v6 = host.find(':') != std::string::npos;
  return std::string(database == Database::kMySql ? "mysql" : "postgresql") + "://" +
         (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port) + "/" + name;
}

std::string DatabaseUrl::connection_string() const {
  if (database == Database::kSqlite) return name;
  if (database == Database::kMySql) {
    const auto charset = parameters.find("charset");
    const auto compress = parameters.find("compress");
    return "host=" + host + ";port=" + std::to_string(port) + ";user=" + user + ";password=" + password +
           ";db=" + name + ";secure-auth=true;auto-reconnect=false;character-set=" +
           (charset == parameters.end() ? "utf8mb4" : charset->second) +
           (compress == parameters.end() ? "" : ";compress=" + compress->second);
  }
  std::string text = "host=" + pq_quoted(host) + " port=" + std::to_string(port) +
                     " user=" + pq_quoted(user) + " dbname=" + pq_quoted(name) + " client_encoding=UTF8";
  if (!password.empty()) text += " password=" + pq_quoted(password);
  for (const auto& [name_of, value] : parameters) text += " " + name_of + "=" + pq_quoted(value);
  return text;
}

}  // namespace weir::sql
