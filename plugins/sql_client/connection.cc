// SPDX-License-Identifier: Apache-2.0
#include "sql_client/connection.h"

#include "sql_client/error_class.h"
#include "sql_client/postgresql.h"

#include <Poco/Data/DataException.h>
#include <Poco/Data/MySQL/Connector.h>
#include <Poco/Data/MySQL/SessionImpl.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <limits>
#include <utility>

namespace weir::sql {
namespace {

using namespace Poco::Data::Keywords;

/// How long connecting may take. For SQLite it is how long Poco tries again to open a file that cannot be
/// opened.
std::size_t connect_seconds(Database database) {
  return database == Database::kSqlite ? 1 : 10;
}

void register_connectors() {
  static std::once_flag once;
  std::call_once(once, [] {
    Poco::Data::MySQL::Connector::registerConnector();
    Poco::Data::SQLite::Connector::registerConnector();
  });
}

/// A server whose machine has gone is noticed after about a minute, where the system would wait for hours.
void watch(int socket) {
  const auto set = [socket](int level, int name, int value) {
    ::setsockopt(socket, level, name, &value, sizeof value);  // fails on a Unix socket, which needs none
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 60'000);
}

}  // namespace

void Connection::open() {
  register_connectors();
  try {
    if (url_.database == Database::kPostgreSql) {
      connect_postgresql();
    } else {
      session_ = std::make_unique<Poco::Data::Session>(dialect_.connector(), url_.connection_string(),
                                                       connect_seconds(url_.database));
    }
    open_ = true;
    {
      const std::lock_guard lock(mutex_);
      if (url_.database == Database::kMySql) socket_ = static_cast<int>(mysql_get_socket(mysql()));
      if (url_.database == Database::kPostgreSql) socket_ = postgresql().socket(*session_);
      if (socket_ >= 0) watch(socket_);
    }
    set_up();
  } catch (const Poco::Exception& e) {
    const SqlError error = classify(url_.database, During::kConnecting, e);
    close();
    throw error;
  }
}

/// A session that was lost is connected anew in its place; see close().
void Connection::connect_postgresql() {
  if (session_ != nullptr) {
    postgresql().reconnect(*session_);
    return;
  }
  std::string text = url_.connection_string();
  if (url_.parameters.count("connect_timeout") == 0) {
    text += " connect_timeout=" + std::to_string(connect_seconds(url_.database));
  }
  session_ = postgresql().connect(text);
}

st_mysql* Connection::mysql() {
  return dynamic_cast<Poco::Data::MySQL::SessionImpl&>(*session_->impl()).handle();
}

sqlite3* Connection::sqlite() {
  return Poco::Data::SQLite::Utility::dbHandle(*session_);
}

void Connection::set_up() {
  auto& session = *session_;
  most_row_bytes_ = std::numeric_limits<std::size_t>::max();
  switch (url_.database) {
    case Database::kMySql: {
      session << "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES,STRICT_ALL_TABLES')", now;
      Poco::UInt64 packet = 0;
      session << "SELECT CAST(@@max_allowed_packet AS UNSIGNED)", into(packet), now;
      constexpr std::size_t kFrame = 1024;
      most_row_bytes_ = packet > 2 * kFrame ? packet - kFrame : kFrame;
      break;
    }
    case Database::kSqlite:
      session.setConnectionTimeout(1);  // seconds SQLite itself waits for a lock; then we try again
      break;
    case Database::kPostgreSql:
      break;
  }
}

void Connection::close() {
  {
    const std::lock_guard lock(mutex_);
    socket_ = -1;
  }
  open_ = false;
  // Poco's connector (1.11) never frees a connection of libpq that was lost: the session stays, to be used
  // again.
  if (session_ != nullptr && url_.database == Database::kPostgreSql && postgresql().is_lost(*session_))
    return;
  try {
    session_.reset();
  } catch (const Poco::Exception&) {  // NOLINT(bugprone-empty-catch): it was broken already
  }
}

void Connection::abort() {
  aborted_ = true;
  const std::lock_guard lock(mutex_);
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace weir::sql
