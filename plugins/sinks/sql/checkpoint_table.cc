// SPDX-License-Identifier: Apache-2.0
#include "checkpoint_table.h"

#include "checkpoint_rows.h"
#include "sql_client/connection_advice.h"
#include "sql_client/error_class.h"
#include "sql_client/statement.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace weir::sql {
namespace {

constexpr std::size_t kPartBytes = 1u << 20;

}  // namespace

bool CheckpointTable::is_there() {
  try {
    read_rows(connection_, "SELECT part FROM weir_checkpoint WHERE 1 = 0");
    return true;
  } catch (const SqlError& e) {
    if (!is_missing_table(e)) throw;
  }
  return false;
}

void CheckpointTable::create() {
  if (is_there()) return;
  const auto database = connection_.url().database;
  const bool mysql = database == Database::kMySql;
  // Short enough for an index entry of MySQL's old row formats (767 bytes).
  const std::string name =
      mysql ? "VARCHAR(90) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL" : "TEXT NOT NULL";
  const std::string blob = mysql ? "LONGBLOB" : database == Database::kPostgreSql ? "BYTEA" : "BLOB";
  const std::vector<Dialect::NewColumn> columns = {{"pipeline", name},
                                                   {"name", name},
                                                   {"part", "BIGINT NOT NULL"},
                                                   {"parts", "BIGINT NOT NULL"},
                                                   {"number", "BIGINT NOT NULL"},
                                                   {"epoch", "BIGINT NOT NULL"},
                                                   {"content", blob + " NOT NULL"}};
  const std::vector<std::string> key = {"pipeline", "name", "part"};
  try {
    execute(connection_, connection_.dialect().create_table("weir_checkpoint", columns, key) +
                             (mysql ? " ENGINE = InnoDB" : ""));
  } catch (const SqlError&) {
    // PostgreSQL fails for all but one of several processes that make it at once.
    if (!is_there()) throw;
  }
}

std::uint64_t CheckpointTable::claim() {
  const auto& dialect = connection_.dialect();
  const std::vector<Parameter> owner = {text(pipeline_), text(""),  number(0), number(0),
                                        number(0),       number(0), bytes("")};
  execute(connection_, dialect.database() == Database::kSqlite ? "BEGIN IMMEDIATE" : "BEGIN");
  execute(connection_, insert(dialect, Mode::kIgnore), owner);
  const std::uint64_t mine = epoch(true) + 1;
  execute(connection_,
          dialect.with_parameters(
              "UPDATE weir_checkpoint SET epoch = ? WHERE pipeline = ? AND name = '' AND part = 0"),
          std::vector{number(mine), text(pipeline_)});
  execute(connection_, "COMMIT");
  return mine;
}

std::uint64_t CheckpointTable::epoch(bool lock) {
  const auto& dialect = connection_.dialect();
  const auto rows =
      read_rows(connection_,
                dialect.with_parameters(
                    "SELECT epoch FROM weir_checkpoint WHERE pipeline = ? AND name = '' AND part = 0") +
                    (lock && dialect.database() != Database::kSqlite ? " FOR UPDATE" : ""),
                std::vector{text(pipeline_)});
  return rows.empty() ? 0 : number_of(rows.front().at(0));
}

std::uint64_t CheckpointTable::put(std::string_view name, std::uint64_t checkpoint, std::string_view content,
                                   std::uint64_t epoch) {
  const auto& dialect = connection_.dialect();
  // Half, since PostgreSQL and a proxy may take a byte as two.
  const std::size_t size = std::clamp<std::size_t>(connection_.most_row_bytes() / 2, 512, kPartBytes);
  const std::uint64_t parts = std::max<std::size_t>(1, (content.size() + size - 1) / size);
  const std::string put = insert(dialect, Mode::kUpsert);
  for (std::uint64_t part = 0; part < parts; ++part) {
    execute(connection_, put,
            std::vector{text(pipeline_), text(name), number(part), number(parts), number(checkpoint),
                        number(epoch), bytes(content.substr(part * size, size))});
  }
  return parts;
}

void CheckpointTable::save(std::string_view name, std::uint64_t checkpoint, std::string_view content,
                           std::uint64_t epoch) {
  const std::uint64_t parts = put(name, checkpoint, content, epoch);
  execute(connection_,
          connection_.dialect().with_parameters(
              "DELETE FROM weir_checkpoint WHERE pipeline = ? AND name = ? AND part >= ?"),
          std::vector{text(pipeline_), text(name), number(parts)});
}

void CheckpointTable::read(const Visit& visit) {
  for (const auto& name : names()) {
    if (const auto content = read(name)) visit(name, *content);
  }
}

std::vector<std::string> CheckpointTable::names() {
  std::vector<std::string> all;
  for (auto& row : read_rows(
           connection_,
           connection_.dialect().with_parameters("SELECT name FROM weir_checkpoint WHERE "
                                                 "pipeline = ? AND name <> '' AND part = 0 ORDER BY name"),
           std::vector{text(pipeline_)}))
    all.push_back(std::move(row.at(0)));
  return all;
}

std::optional<std::string> CheckpointTable::read(const std::string& name) {
  const auto rows =
      read_rows(connection_,
                connection_.dialect().with_parameters("SELECT parts, number FROM weir_checkpoint WHERE "
                                                      "pipeline = ? AND name = ? AND part = 0"),
                std::vector{text(pipeline_), text(name)});
  if (rows.empty()) return std::nullopt;
  return content_of(name, rows[0].at(0), rows[0].at(1));
}

/// Part by part, since the client library keeps what one statement gives in memory.
std::string CheckpointTable::content_of(const std::string& name, const std::string& parts,
                                        const std::string& checkpoint) {
  const std::string sql = connection_.dialect().with_parameters(
      "SELECT content, number, parts FROM weir_checkpoint WHERE pipeline = ? AND name = ? AND part = ?");
  std::string content;
  for (std::uint64_t part = 0; part < number_of(parts); ++part) {
    const auto rows = read_rows(connection_, sql, std::vector{text(pipeline_), text(name), number(part)});
    if (rows.empty() || rows[0].at(1) != checkpoint || rows[0].at(2) != parts) {
      throw SqlError(ErrorKind::kConfiguration, "damaged",
                     "checkpoint " + checkpoint + " of '" + name +
                         "' in the table weir_checkpoint is damaged: part " + std::to_string(part + 1) +
                         " of " + parts + " is " +
                         (rows.empty() ? "missing" : "of checkpoint " + rows[0][1]));
    }
    content += rows[0][0];
  }
  return content;
}

}  // namespace weir::sql
