// SPDX-License-Identifier: Apache-2.0
//
// By SQLite itself, on Poco::Data's connection: there a value has the type that it was stored with, whatever
// its column says, and Poco's connector goes by the column.
#include <sqlite3.h>

#include <charconv>
#include <cstddef>

#include "sql_client/query.h"

namespace weir::sql {
namespace {

class SqliteQuery final : public Query {
 public:
  SqliteQuery(Connection& connection, const std::string& sql) : connection_(connection.sqlite()) {
    sqlite3_stmt* made = nullptr;
    const int status =
        sqlite3_prepare_v2(connection_, sql.data(), static_cast<int>(sql.size()), &made, nullptr);
    statement_.reset(made);
    check(status);
    for (int i = 0; i < sqlite3_column_count(made); ++i) columns_.emplace_back(sqlite3_column_name(made, i));
    fields_.resize(columns_.size());
    numbers_.resize(columns_.size());
  }

  void run(std::span<const Parameter> parameters, const RowVisit& visit) override {
    sqlite3_stmt* const statement = statement_.get();
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_reset)> running(statement, sqlite3_reset);
    if (parameters.size() != static_cast<std::size_t>(sqlite3_bind_parameter_count(statement))) {
      throw SqlError(ErrorKind::kConfiguration, "sqlite:25",
                     "a placeholder stands where the database sees none, as in a text or a comment");
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) check(bind(static_cast<int>(i + 1), parameters[i]));
    for (;;) {
      const int status = sqlite3_step(statement);
      if (status == SQLITE_DONE) return;
      if (status != SQLITE_ROW) check(status);
      for (std::size_t i = 0; i < fields_.size(); ++i) fields_[i] = field(i);
      visit(fields_);
    }
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  void check(int status) const {
    constexpr int kPrimary = 0xff;
    if (status != SQLITE_OK) throw sqlite_error(status & kPrimary, sqlite3_errmsg(connection_));
  }

  int bind(int place, const Parameter& parameter) {
    switch (parameter.kind) {
      case Parameter::Kind::kInteger:
        return sqlite3_bind_int64(statement_.get(), place, parameter.integer);
      case Parameter::Kind::kReal:
        return sqlite3_bind_double(statement_.get(), place, parameter.real);
      case Parameter::Kind::kBytes:
        return sqlite3_bind_blob64(statement_.get(), place, parameter.text.data(), parameter.text.size(),
                                   SQLITE_TRANSIENT);
      case Parameter::Kind::kText:
        break;
    }
    return sqlite3_bind_text(statement_.get(), place, parameter.text.data(),
                             static_cast<int>(parameter.text.size()), SQLITE_TRANSIENT);
  }

  Field field(std::size_t column) {
    sqlite3_stmt* const statement = statement_.get();
    const int i = static_cast<int>(column);
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_NULL:
        return {};
      case SQLITE_FLOAT: {  // as text SQLite gives 15 digits only
        char digits[32];
        const auto end =
            std::to_chars(std::begin(digits), std::end(digits), sqlite3_column_double(statement, i)).ptr;
        numbers_[column].assign(digits, end);
        return {Field::Kind::kNumber, numbers_[column]};
      }
      case SQLITE_INTEGER:
        return {Field::Kind::kNumber, text(i)};
      case SQLITE_BLOB: {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
        return {Field::Kind::kBytes, {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, i))}};
      }
      default:
        return {Field::Kind::kText, text(i)};
    }
  }

  std::string_view text(int column) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
  }

  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::vector<Field> fields_;
  std::vector<std::string> numbers_;  // of each column
};

}  // namespace

std::unique_ptr<Query> prepare_sqlite_query(Connection& connection, const std::string& sql) {
  return std::make_unique<SqliteQuery>(connection, sql);
}

}  // namespace weir::sql
