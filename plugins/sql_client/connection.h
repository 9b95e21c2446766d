// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/dialect.h"
#include "sql_client/url.h"

#include <Poco/Data/Session.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

struct st_mysql;  // MariaDB's MYSQL
struct sqlite3;

namespace weir::sql {

/// One connection to a database, set up so that values that do not fit are errors. One thread, but for
/// abort().
class Connection {
 public:
  explicit Connection(DatabaseUrl url) : url_(std::move(url)), dialect_(url_.database) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  const DatabaseUrl& url() const { return url_; }
  const Dialect& dialect() const { return dialect_; }

  /// Throws SqlError.
  void open();
  /// Every Statement made of session() must be gone by then.
  void close();
  bool is_open() const { return open_; }
  Poco::Data::Session& session() { return *session_; }
  /// The session's own connection, where the database is of that kind.
  st_mysql* mysql();
  sqlite3* sqlite();

  /// The most bytes of rows that one statement should have; one row alone may have more, up to
  /// most_row_bytes().
  std::size_t most_bytes() const { return std::min(kMostBytes, most_row_bytes_); }
  std::size_t most_row_bytes() const { return most_row_bytes_; }

  /// Breaks the connection, so that a call that waits for the server returns with an error. [any-thread]
  void abort();
  /// Whether that was done. [any-thread]
  bool aborted() const { return aborted_; }

 private:
  /// Above this a statement brings no more speed, only memory.
  static constexpr std::size_t kMostBytes = 8u << 20;

  void connect_postgresql();
  void set_up();

  DatabaseUrl url_;
  Dialect dialect_;
  std::unique_ptr<Poco::Data::Session> session_;
  bool open_ = false;
  std::size_t most_row_bytes_ = 0;
  std::mutex mutex_;  // for socket_: it is closed and shut down by different threads
  int socket_ = -1;
  std::atomic<bool> aborted_{false};
};

}  // namespace weir::sql
