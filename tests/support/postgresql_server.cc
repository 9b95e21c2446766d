// SPDX-License-Identifier: Apache-2.0
#include "support/postgresql_server.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "support/free_port.h"
#include "support/unique_name.h"

namespace weir::support {

namespace {

namespace fs = std::filesystem;

constexpr char kUser[] = "weir";
constexpr char kPassword[] = "weir-secret";
constexpr char kServerUser[] = "postgres";
constexpr char kFieldEnd = '\x1f';  // stands in no value of a test
constexpr char kRowEnd = '\0';      // stands in no value at all

/// The full path of a program of the newest server installed: Debian keeps them outside of PATH, a folder for
/// each major version.
std::optional<std::string> find_server_program(const std::string& name) {
  std::pair<int, std::string> newest{0, ""};
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const fs::path program = version.path() / "bin" / name;
    const std::string number = version.path().filename().string();
    const bool numeric = number.find_first_not_of("0123456789") == std::string::npos;
    if (numeric && fs::exists(program)) newest = std::max(newest, {std::stoi(number), program.string()});
  }
  if (newest.first != 0) return newest.second;
  return find_program(name);
}

/// What to put before a program that must not run as root. The kernel forgets the order to end a child with
/// its parent when the child changes its user, so that it is given again.
std::vector<std::string> as_server_user() {
  if (geteuid() != 0) return {};
  return {*find_program("setpriv"),
          std::string("--reuid=") + kServerUser,
          std::string("--regid=") + kServerUser,
          "--init-groups",
          "--pdeathsig=KILL",
          "--"};
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Whether any process works in this folder, as all of a server do in that of its data.
bool is_working_folder(const fs::path& folder) {
  const fs::path wanted = fs::canonical(folder);
  std::error_code gone;
  for (const auto& process : fs::directory_iterator("/proc")) {
    if (fs::read_symlink(process.path() / "cwd", gone) == wanted) return true;
  }
  return false;
}

PostgresqlServer::Rows parse_output(const std::string& text) {
  PostgresqlServer::Rows rows;
  std::vector<std::string> row;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != kFieldEnd && text[i] != kRowEnd) continue;
    row.push_back(text.substr(start, i - start));
    start = i + 1;
    if (text[i] == kRowEnd) rows.push_back(std::exchange(row, {}));
  }
  return rows;
}

}  // namespace

PostgresqlServer::PostgresqlServer(std::vector<std::string> arguments)
    : ServerProcess("PostgreSQL server", SIGINT), arguments_(std::move(arguments)), port_(free_port()) {}

PostgresqlServer& PostgresqlServer::shared() {
  static PostgresqlServer server;
  if (!server.running()) server.start();
  return server;
}

std::optional<std::string> PostgresqlServer::why_unavailable() {
  for (const char* const name : {"initdb", "postgres", "psql"}) {
    if (!find_server_program(name)) {
      return std::string("there is no ") + name + " (Debian: apt-get install postgresql)";
    }
  }
  if (geteuid() != 0) return std::nullopt;
  if (getpwnam(kServerUser) == nullptr)
    return "there is no user postgres, as whom root would start the server";
  if (!find_program("setpriv"))
    return "there is no setpriv, with which root starts the server as another user";
  return std::nullopt;
}

// Makes the data folder. Not flushed to the disk: a data folder that a test has just made need not survive a
// power cut.
void PostgresqlServer::install() const {
  if (geteuid() == 0) {
    const passwd* const user = getpwnam(kServerUser);
    if (user == nullptr || ::chown(dir_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot give " + dir_.path().string() + " to the user postgres");
    }
  }
  const Completed install =
      run(as_server_user() +
          std::vector<std::string>{*find_server_program("initdb"), "--pgdata=" + (dir_ / "data").string(),
                                   "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
                                   "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"});
  if (!install.status.ok()) {
    throw std::runtime_error("initdb ended with " + to_string(install.status) + ":\n" +
                             last_lines(install.out + install.err, 20));
  }
}

void PostgresqlServer::start() {
  expect_stopped();
  const bool is_new = !fs::exists(dir_ / "data");
  if (is_new) install();
  // After a kill the processes that the server had started end by themselves a moment later; until then a new
  // server refuses the data.
  if (!wait_until(kLongWait, [this] { return !is_working_folder(dir_ / "data"); })) {
    throw std::runtime_error("processes of an earlier PostgreSQL server still use " +
                             (dir_ / "data").string());
  }
  const std::vector<std::string> server = {*find_server_program("postgres"),
                                           "-D",
                                           (dir_ / "data").string(),
                                           "-p",
                                           std::to_string(port_),
                                           "--listen_addresses=127.0.0.1",
                                           "--unix_socket_directories=" + dir_.path().string(),
                                           "--fsync=off",
                                           "--shared_buffers=32MB",
                                           "--max_connections=30"};
  launch(as_server_user() + server + arguments_, {.working_dir = dir_.path()});
  wait_until_ready("port " + std::to_string(port_),
                   [this] { return psql("SELECT 1", "postgres").status.ok(); });
  if (!is_new) return;
  execute(std::string("CREATE ROLE ") + kUser + " LOGIN PASSWORD '" + kPassword + "'", "postgres");
  execute(std::string("CREATE DATABASE weir OWNER ") + kUser, "postgres");
}

std::string PostgresqlServer::url(const std::string& database) const {
  return std::string("postgresql://") + kUser + ":" + kPassword + "@127.0.0.1:" + std::to_string(port_) +
         "/" + database;
}

std::string PostgresqlServer::create_database(const std::string& prefix) {
  const std::string name = unique_name(prefix);
  execute("CREATE DATABASE \"" + name + "\" OWNER " + kUser, "postgres");
  return name;
}

Completed PostgresqlServer::psql(const std::string& sql, const std::string& database) const {
  return run({*find_server_program("psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
              "--set=ON_ERROR_STOP=1", "--pset=null=NULL", std::string("--field-separator=") + kFieldEnd,
              "--record-separator-zero", "--host=" + dir_.path().string(), "--port=" + std::to_string(port_),
              "--username=postgres", "--dbname=" + database},
             {.environment = {{"PGCLIENTENCODING", "UTF8"}}, .input = sql});
}

PostgresqlServer::Rows PostgresqlServer::query(const std::string& sql, const std::string& database) const {
  const Completed client = psql(sql, database);
  if (!client.status.ok()) {
    throw std::runtime_error("psql ended with " + to_string(client.status) + ":\n" + client.err +
                             "SQL: " + sql);
  }
  return parse_output(client.out);
}

void PostgresqlServer::execute(const std::string& sql, const std::string& database) const {
  query(sql, database);
}

}  // namespace weir::support
