// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/require_real.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

/// The first line of a test that needs the real database server.
#define WEIR_REQUIRE_POSTGRESQL() \
  WEIR_REQUIRE_REAL("real PostgreSQL server", ::weir::support::PostgresqlServer::why_unavailable())

namespace weir::support {

/// A real postgres beside the test, on a free loopback port and a socket, its data in a folder of its own.
/// What it has committed survives kill(), though not a power cut: it does not wait for the disk, since after
/// a kill it would wait for all of its files first. PostgreSQL refuses to run as root: for root it runs as
/// the user `postgres`. Weir reaches it as user `weir` over TCP with a password; the test as the superuser
/// `postgres` over the socket, through the `psql` program. For one thread; throws std::runtime_error with the
/// server's or the client's message.
class PostgresqlServer : public ServerProcess {
 public:
  using Rows = std::vector<std::vector<std::string>>;

  /// Chooses port and folder; nothing runs yet. `arguments`: of postgres, over our own, such as
  /// --max_prepared_transactions=5.
  explicit PostgresqlServer(std::vector<std::string> arguments = {});

  /// The server that the tests of one program share, started by the first call and killed when the program
  /// ends. Call it on the main thread. Each test makes a database of its own (create_database), and a test
  /// that stops or kills a server starts its own.
  static PostgresqlServer& shared();

  /// Why no server can be started here (programs or a user that are missing); none when one can.
  static std::optional<std::string> why_unavailable();

  /// Returns when the user `weir` can log in. stop() ends the connections first.
  void start() override;

  std::uint16_t port() const { return port_; }
  /// postgresql://weir:weir-secret@127.0.0.1:PORT/DATABASE
  std::string url(const std::string& database = "weir") const;

  /// Makes a database with a name from unique_name(prefix), which belongs to `weir`, and returns the name.
  std::string create_database(const std::string& prefix);

  /// Runs SQL (also several statements) as superuser and returns the rows of the results. Values are as the
  /// server prints them, in UTF-8; NULL is "NULL" (ask `IS NULL` to tell it from that text).
  Rows query(const std::string& sql, const std::string& database = "weir") const;
  /// The same for statements without a result.
  void execute(const std::string& sql, const std::string& database = "weir") const;

 private:
  void install() const;
  Completed psql(const std::string& sql, const std::string& database) const;

  std::vector<std::string> arguments_;
  std::uint16_t port_;
  TempDir dir_{"weir-postgresql"};
};

}  // namespace weir::support
