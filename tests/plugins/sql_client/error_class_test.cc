// SPDX-License-Identifier: Apache-2.0
#include "sql_client/error_class.h"

#include <Poco/Data/DataException.h>
#include <Poco/Data/SQLite/SQLiteException.h>

#include <gtest/gtest.h>

#include <string>

namespace weir::sql {
namespace {

/// As Poco::Data's MySQL connector words the failure of a statement.
Poco::Data::DataException mysql(int number, const std::string& state, const std::string& words) {
  return Poco::Data::DataException(
      "[MySQL]: [Comment]: mysql_stmt_execute error\t[mysql_stmt_error]: " + words +
      "\t[mysql_stmt_errno]: " + std::to_string(number) + "\t[mysql_stmt_sqlstate]: " + state +
      "\t[statemnt]: INSERT INTO `users` (`id`) VALUES (?)");
}

/// As its PostgreSQL connector does.
Poco::Data::DataException postgresql(const std::string& state, const std::string& words) {
  return Poco::Data::DataException("[PostgreSQL]: postgresql_stmt_execute error: ERROR:  " + words +
                                   "\n Severity: ERROR State: " + state +
                                   " Detail: Key (id)=(1) already exists. Hint: N/A Constraint: N/A");
}

ErrorKind kind(Database database, const Poco::Exception& e, During during = During::kWorking) {
  return classify(database, during, e).kind();
}

TEST(ErrorClass, MySqlNumbersDecideWhatIsDone) {
  const auto kind_of = [](int number, const char* state) {
    return kind(Database::kMySql, mysql(number, state, "words"));
  };
  for (const int number : {1264, 1265, 1366, 1406})
    EXPECT_EQ(kind_of(number, "22000"), ErrorKind::kData) << number;
  EXPECT_EQ(kind_of(1062, "23000"), ErrorKind::kData);
  EXPECT_EQ(kind_of(1118, "42000"), ErrorKind::kData);
  EXPECT_EQ(kind_of(1644, "45000"), ErrorKind::kData);
  for (const int number : {1205, 1213, 1290, 1114})
    EXPECT_EQ(kind_of(number, "HY000"), ErrorKind::kBusy) << number;
  for (const int number : {2006, 2013, 1053, 1927})
    EXPECT_EQ(kind_of(number, "HY000"), ErrorKind::kConnection) << number;
  for (const int number : {1054, 1142, 1146})
    EXPECT_EQ(kind_of(number, "42000"), ErrorKind::kConfiguration) << number;
}

TEST(ErrorClass, TheMessageIsTheDatabasesOwnWordsOnOneLine) {
  const SqlError error = classify(Database::kMySql, During::kWorking,
                                  mysql(1406, "22001", "Data too long for\ncolumn 'a' at row 1"));
  EXPECT_EQ(error.code(), "mysql:1406");
  EXPECT_STREQ(error.what(), "Data too long for column 'a' at row 1");
}

TEST(ErrorClass, DataThatLooksLikeAnErrorIsNotReadAsOne) {
  const SqlError error = classify(
      Database::kMySql, During::kWorking,
      mysql(1062, "23000",
            "Duplicate entry '\t[mysql_stmt_errno]: 2006\t[mysql_stmt_sqlstate]: 08S01' for key 'id'"));
  EXPECT_EQ(error.code(), "mysql:1062");
  EXPECT_EQ(error.kind(), ErrorKind::kData);
}

TEST(ErrorClass, FailedConnectionsAreToldApartByTheServersWords) {
  using Failed = Poco::Data::ConnectionFailedException;
  const auto connecting = [](Database database, const char* words) {
    return kind(database, Failed(words), During::kConnecting);
  };
  EXPECT_EQ(connecting(Database::kMySql, "Access denied for user 'weir'@'localhost'"),
            ErrorKind::kConfiguration);
  EXPECT_EQ(connecting(Database::kMySql, "Unknown database 'x'"), ErrorKind::kConfiguration);
  EXPECT_EQ(connecting(Database::kMySql, "Can't connect to server on '127.0.0.1' (115)"),
            ErrorKind::kConnection);
  EXPECT_EQ(connecting(Database::kMySql, "Too many connections"), ErrorKind::kConnection);
  EXPECT_EQ(connecting(Database::kPostgreSql,
                       "Connection Error: FATAL:  password authentication failed for user \"x\""),
            ErrorKind::kConfiguration);
  EXPECT_EQ(
      connecting(Database::kPostgreSql, "Connection Error: connection to server failed: Connection refused"),
      ErrorKind::kConnection);
  EXPECT_EQ(connecting(Database::kPostgreSql, "Connection Error: FATAL:  the database system is starting up"),
            ErrorKind::kConnection);
}

TEST(ErrorClass, PostgresqlStatesDecideWhatIsDone) {
  const SqlError error = classify(Database::kPostgreSql, During::kWorking,
                                  postgresql("23505", "duplicate key value violates \"users_pkey\""));
  EXPECT_EQ(error.kind(), ErrorKind::kData);
  EXPECT_EQ(error.code(), "postgresql:23505");
  EXPECT_STREQ(error.what(), "duplicate key value violates \"users_pkey\": Key (id)=(1) already exists.");
  EXPECT_EQ(kind(Database::kPostgreSql, postgresql("22003", "w")), ErrorKind::kData);
  EXPECT_EQ(kind(Database::kPostgreSql, postgresql("40P01", "w")), ErrorKind::kBusy);
  EXPECT_EQ(kind(Database::kPostgreSql, postgresql("53100", "w")), ErrorKind::kBusy);
  EXPECT_EQ(kind(Database::kPostgreSql, postgresql("57P01", "w")), ErrorKind::kConnection);
  EXPECT_EQ(kind(Database::kPostgreSql, postgresql("42501", "w")), ErrorKind::kConfiguration);
}

TEST(ErrorClass, SqliteClassesDecideWhatIsDone) {
  namespace lite = Poco::Data::SQLite;
  EXPECT_EQ(kind(Database::kSqlite, lite::ConstraintViolationException("w")), ErrorKind::kData);
  EXPECT_EQ(kind(Database::kSqlite, lite::DBLockedException("w")), ErrorKind::kBusy);
  EXPECT_EQ(kind(Database::kSqlite, lite::DatabaseFullException("w")), ErrorKind::kBusy);
  EXPECT_EQ(kind(Database::kSqlite, lite::ReadOnlyException("w")), ErrorKind::kConfiguration);
  EXPECT_EQ(kind(Database::kSqlite, lite::InvalidSQLStatementException("no such table: x")),
            ErrorKind::kConfiguration);
}

}  // namespace
}  // namespace weir::sql
