// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace weir::sql {

enum class Database : std::uint8_t { kMySql, kSqlite, kPostgreSql };

/// Where a database is, as it stands in the option `url`:
///
///     mysql://user:password@host:port/database?charset=utf8mb4     (mariadb:// is the same)
///     postgresql://user:password@host:port/database?sslmode=require
///     sqlite:///var/lib/app.db, sqlite:app.db
///
/// Every part may be written with %XX, and must be where it holds one of / @ : ? # %.
struct DatabaseUrl {
  Database database = Database::kMySql;
  std::string user, password, host;
  std::uint16_t port = 0;
  std::string name;  ///< of the database; for SQLite the path of the file
  std::map<std::string, std::string> parameters;

  /// Throws std::invalid_argument with what is wrong. The text never shows the user or the password.
  static DatabaseUrl parse(std::string_view text);

  /// What may be shown to people: "mysql://host:3306/shop", "sqlite:/var/lib/app.db".
  std::string label() const;
  /// For the connector of that database in Poco::Data; holds the password.
  std::string connection_string() const;
};

}  // namespace weir::sql
