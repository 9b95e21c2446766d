// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir::support {

/// A SQLite file beside the plugin, reached by SQLite's own library.
class SqliteFile {
 public:
  using Rows = std::vector<std::vector<std::string>>;

  explicit SqliteFile(const std::filesystem::path& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;
  ~SqliteFile() { sqlite3_close(db_); }

  /// Runs one or more statements and returns the rows of the last one; NULL is "NULL".
  Rows query(const std::string& sql) {
    Rows rows;
    char* error = nullptr;
    const auto add = [](void* to, int count, char** values, char**) {
      auto& row = static_cast<Rows*>(to)->emplace_back();
      for (int i = 0; i < count; ++i) row.emplace_back(values[i] == nullptr ? "NULL" : values[i]);
      return 0;
    };
    if (sqlite3_exec(db_, sql.c_str(), add, &rows, &error) != SQLITE_OK) {
      const std::string text = error == nullptr ? "" : error;
      sqlite3_free(error);
      throw std::runtime_error(text);
    }
    return rows;
  }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace weir::support
