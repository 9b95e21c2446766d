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
#define WEIR_REQUIRE_MARIADB() \
  WEIR_REQUIRE_REAL("real MariaDB server", ::weir::support::MariaDbServer::why_unavailable())

namespace weir::support {

/// A real mariadbd beside the test, on a free loopback port and a socket, its data in a folder of
/// its own, default settings for durability. Runs as the user of the test. Weir reaches it as
/// user `weir` over TCP; the test as root over the socket, through the `mariadb` program.
/// For one thread; throws std::runtime_error with the server's or the client's message.
class MariaDbServer : public ServerProcess {
 public:
  using Rows = std::vector<std::vector<std::string>>;

  /// Chooses port and folder; nothing runs yet. `arguments`: of mariadbd, over our own, such as
  /// --max-connections=5.
  explicit MariaDbServer(std::vector<std::string> arguments = {});

  /// The server that the tests of one program share, started by the first call and killed when the
  /// program ends. Call it on the main thread. Each test makes a database of its own
  /// (create_database), and a test that stops, kills or freezes a server starts its own.
  static MariaDbServer& shared();

  /// Why no server can be started here (programs that are missing); none when one can.
  static std::optional<std::string> why_unavailable();

  /// Returns when the user `weir` can log in.
  void start() override;

  std::uint16_t port() const { return port_; }
  /// mysql://weir:weir-secret@127.0.0.1:PORT/DATABASE
  std::string url(const std::string& database = "weir") const {
    return url_by("127.0.0.1:" + std::to_string(port_), database);
  }
  /// The same by another address, "HOST:PORT" of a TcpProxy for instance.
  std::string url_by(const std::string& address, const std::string& database = "weir") const;

  /// Makes a database with a name from unique_name(prefix), on which `weir` has all rights, and
  /// returns the name.
  std::string create_database(const std::string& prefix);

  /// Runs SQL (also several statements) as root and returns the rows of the results. Values are as
  /// the server prints them, in UTF-8; NULL is "NULL" (ask `IS NULL` to tell it from that text).
  Rows query(const std::string& sql, const std::string& database = "weir") const;
  /// The same for statements without a result.
  void execute(const std::string& sql, const std::string& database = "weir") const;

 private:
  void install() const;
  bool accepts_weir() const;

  std::vector<std::string> arguments_;
  std::uint16_t port_;
  TempDir dir_{"weir-mariadb"};
};

}  // namespace weir::support
