// SPDX-License-Identifier: Apache-2.0
#include "database.h"

#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "support/wait_until.h"

namespace weir::pipelines {

using support::ChildProcess;
using support::kLongWait;
using support::run;

namespace {

/// Both clients print text in hexadecimal, so that no character in it can be taken for their own marks.
std::string from_hex(const std::string& hex) {
  std::string text;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    text += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return text;
}

}  // namespace

MariaDbDatabase::MariaDbDatabase(support::MariaDbServer& server)
    : server_(server), name_(server.create_database("job")) {}

bool MariaDbDatabase::has_table() const {
  return !query("SHOW TABLES LIKE 'wechat_user'").empty();
}

std::map<std::string, std::string> MariaDbDatabase::users() {
  std::map<std::string, std::string> users;
  if (!has_table()) return users;
  for (const auto& row : query("SELECT openid, HEX(CONVERT(nickname USING utf8mb4)) FROM wechat_user")) {
    users.emplace(row.at(0), from_hex(row.at(1)));
  }
  return users;
}

std::uint64_t MariaDbDatabase::count() {
  return has_table() ? std::stoull(query("SELECT COUNT(*) FROM wechat_user").at(0).at(0)) : 0;
}

std::unique_ptr<ChildProcess> MariaDbDatabase::lock_users() {
  auto client = std::make_unique<ChildProcess>(std::vector<std::string>{
      *support::find_program("mariadb"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
      "--port=" + std::to_string(server_.port()), "--user=weir", "--password=weir-secret", "--unbuffered",
      "--execute=LOCK TABLES wechat_user WRITE; SELECT 'locked'; SELECT SLEEP(1000)", name_});
  if (!support::wait_until(kLongWait,
                           [&] { return client->out().find("locked\nlocked") != std::string::npos; })) {
    throw std::runtime_error("the table was not locked: " + client->err());
  }
  return client;
}

std::string SqliteDatabase::query(const std::string& sql) const {
  const auto done = run({"sqlite3", "-batch", "-cmd", ".timeout 20000", file(), sql});
  if (!done.status.ok()) throw std::runtime_error("sqlite3: " + done.err);
  return done.out;
}

bool SqliteDatabase::has_table() const {
  return std::filesystem::exists(file()) &&
         !query("SELECT name FROM sqlite_master WHERE name = 'wechat_user'").empty();
}

std::map<std::string, std::string> SqliteDatabase::users() {
  std::map<std::string, std::string> users;
  if (!has_table()) return users;
  std::istringstream lines(query("SELECT openid, hex(nickname) FROM wechat_user"));
  for (std::string line; std::getline(lines, line);) {
    const auto bar = line.find('|');
    users.emplace(line.substr(0, bar), from_hex(line.substr(bar + 1)));
  }
  return users;
}

std::uint64_t SqliteDatabase::count() {
  return has_table() ? std::stoull(query("SELECT COUNT(*) FROM wechat_user")) : 0;
}

std::unique_ptr<ChildProcess> SqliteDatabase::lock_users() {
  auto client = std::make_unique<ChildProcess>(
      std::vector<std::string>{"sqlite3", "-batch", "-cmd", ".timeout 20000", file(), "BEGIN IMMEDIATE",
                               ".shell echo locked; sleep 1000"});
  if (!support::wait_until(kLongWait, [&] { return client->out().find("locked") != std::string::npos; })) {
    throw std::runtime_error("the file was not locked: " + client->err());
  }
  return client;
}

}  // namespace weir::pipelines
