// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "support/child_process.h"
#include "support/mariadb_server.h"
#include "support/temp_dir.h"

namespace weir::pipelines {

/// Where the job writes, seen through the database's own client program. For one thread.
class Database {
 public:
  virtual ~Database() = default;

  /// For the sink `sql`.
  virtual std::string url() const = 0;
  /// openid and nickname of each row of the table wechat_user; empty while there is no such table.
  virtual std::map<std::string, std::string> users() = 0;
  /// The number of its rows; 0 while there is no such table.
  virtual std::uint64_t count() = 0;
  virtual void execute(const std::string& sql) = 0;
  /// Nobody else can write the table until the result goes away. Returns when that holds; the table must
  /// exist.
  virtual std::unique_ptr<support::ChildProcess> lock_users() = 0;
};

/// A database of its own on a server that outlives it.
class MariaDbDatabase final : public Database {
 public:
  explicit MariaDbDatabase(support::MariaDbServer& server);

  std::string url() const override { return server_.url(name_); }
  std::map<std::string, std::string> users() override;
  std::uint64_t count() override;
  void execute(const std::string& sql) override { server_.execute(sql, name_); }
  std::unique_ptr<support::ChildProcess> lock_users() override;

  support::MariaDbServer::Rows query(const std::string& sql) const { return server_.query(sql, name_); }

 private:
  bool has_table() const;

  support::MariaDbServer& server_;
  std::string name_;
};

/// A file that goes away with this object.
class SqliteDatabase final : public Database {
 public:
  std::string url() const override { return "sqlite://" + file(); }
  std::map<std::string, std::string> users() override;
  std::uint64_t count() override;
  void execute(const std::string& sql) override { query(sql); }
  std::unique_ptr<support::ChildProcess> lock_users() override;

 private:
  std::string file() const { return (dir_ / "users.db").string(); }
  bool has_table() const;
  /// The columns of a row parted by '|', a row a line.
  std::string query(const std::string& sql) const;

  support::TempDir dir_{"weir-sqlite"};
};

}  // namespace weir::pipelines
