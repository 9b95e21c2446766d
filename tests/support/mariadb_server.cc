// SPDX-License-Identifier: Apache-2.0
#include "support/mariadb_server.h"

#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <utility>

#include "support/free_port.h"
#include "support/unique_name.h"

namespace weir::support {

namespace {

constexpr char kUser[] = "weir";
constexpr char kPassword[] = "weir-secret";

// mariadbd refuses to run as root unless it is told to.
void add_user(std::vector<std::string>& argv) {
  if (geteuid() == 0) argv.emplace_back("--user=root");
}

// One field of `mariadb --batch`, which escapes tab, newline, NUL and backslash.
std::string unescape(const std::string& field) {
  std::string result;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      result += field[i];
      continue;
    }
    const char next = field[++i];
    result += next == 't' ? '\t' : next == 'n' ? '\n' : next == '0' ? '\0' : next;
  }
  return result;
}

MariaDbServer::Rows parse_batch_output(const std::string& text) {
  MariaDbServer::Rows rows;
  std::vector<std::string> row;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\t' && text[i] != '\n') continue;
    row.push_back(unescape(text.substr(start, i - start)));
    start = i + 1;
    if (text[i] == '\n') rows.push_back(std::exchange(row, {}));
  }
  return rows;
}

}  // namespace

MariaDbServer::MariaDbServer(std::vector<std::string> arguments)
    : ServerProcess("MariaDB server", SIGTERM), arguments_(std::move(arguments)), port_(free_port()) {}

MariaDbServer& MariaDbServer::shared() {
  static MariaDbServer server;
  if (!server.running()) server.start();
  return server;
}

std::optional<std::string> MariaDbServer::why_unavailable() {
  for (const char* const name : {"mariadbd", "mariadb-install-db", "mariadb"}) {
    if (auto reason = why_no_program(name, "mariadb-server")) return reason;
  }
  return std::nullopt;
}

// Makes the data folder, and the file that makes Weir's user and database at each start.
void MariaDbServer::install() const {
  const std::string user = std::string("'") + kUser + "'@'%'";
  dir_.write("init.sql", std::string("CREATE DATABASE IF NOT EXISTS weir;\n") + "CREATE USER IF NOT EXISTS " +
                             user + " IDENTIFIED BY '" + kPassword + "';\nGRANT ALL ON weir.* TO " + user +
                             ";\n");
  // Not flushed to the disk: a data folder that a test has just made need not survive a power cut.
  std::vector<std::string> argv = {*find_program("mariadb-install-db"),
                                   "--no-defaults",
                                   "--datadir=" + (dir_ / "data").string(),
                                   "--auth-root-authentication-method=normal",
                                   "--skip-test-db",
                                   "--innodb-flush-method=nosync",
                                   "--innodb-log-file-size=32M"};
  add_user(argv);
  const Completed install = run(std::move(argv));
  if (!install.status.ok()) {
    throw std::runtime_error("mariadb-install-db ended with " + to_string(install.status) + ":\n" +
                             last_lines(install.out + install.err, 20));
  }
}

void MariaDbServer::start() {
  expect_stopped();
  if (!std::filesystem::exists(dir_ / "data")) install();
  std::vector<std::string> argv = {*find_program("mariadbd"),
                                   "--no-defaults",
                                   "--datadir=" + (dir_ / "data").string(),
                                   "--tmpdir=" + dir_.path().string(),
                                   "--socket=" + (dir_ / "socket").string(),
                                   "--pid-file=" + (dir_ / "pid").string(),
                                   "--port=" + std::to_string(port_),
                                   "--bind-address=127.0.0.1",
                                   "--skip-name-resolve",
                                   "--init-file=" + (dir_ / "init.sql").string(),
                                   "--character-set-server=utf8mb4",
                                   "--innodb-log-file-size=32M",
                                   "--innodb-buffer-pool-size=64M",
                                   "--aria-pagecache-buffer-size=2M",
                                   "--key-buffer-size=1M",
                                   "--performance-schema=OFF"};
  add_user(argv);
  argv.insert(argv.end(), arguments_.begin(), arguments_.end());
  launch(std::move(argv));
  wait_until_ready("port " + std::to_string(port_), [this] { return accepts_weir(); });
}

bool MariaDbServer::accepts_weir() const {
  return run({*find_program("mariadb"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
              "--port=" + std::to_string(port_), std::string("--user=") + kUser,
              std::string("--password=") + kPassword, "--execute=SELECT 1", "weir"})
      .status.ok();
}

std::string MariaDbServer::url_by(const std::string& address, const std::string& database) const {
  return std::string("mysql://") + kUser + ":" + kPassword + "@" + address + "/" + database;
}

std::string MariaDbServer::create_database(const std::string& prefix) {
  const std::string name = unique_name(prefix);
  execute("CREATE DATABASE `" + name + "`; GRANT ALL ON `" + name + "`.* TO '" + kUser + "'@'%'");
  return name;
}

MariaDbServer::Rows MariaDbServer::query(const std::string& sql, const std::string& database) const {
  const Completed client =
      run({*find_program("mariadb"), "--no-defaults", "--protocol=socket",
           "--socket=" + (dir_ / "socket").string(), "--user=root", "--batch", "--skip-column-names",
           "--binary-mode", "--default-character-set=utf8mb4", database},
          {.input = sql});
  if (!client.status.ok()) {
    throw std::runtime_error("the mariadb client ended with " + to_string(client.status) + ":\n" +
                             client.err + "SQL: " + sql);
  }
  return parse_batch_output(client.out);
}

void MariaDbServer::execute(const std::string& sql, const std::string& database) const {
  query(sql, database);
}

}  // namespace weir::support
