// SPDX-License-Identifier: Apache-2.0
#include "prepared_transactions.h"

#include "sql_client/error_class.h"
#include "sql_client/statement.h"

#include <charconv>
#include <utility>

namespace weir::sql {
namespace {

/// Of what a server calls its version: "10.11.6-MariaDB-1", "8.0.36".
struct Version {
  int major = 0, minor = 0, patch = 0;

  explicit Version(std::string_view text) {
    for (int* const part : {&major, &minor, &patch}) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *part);
      text.remove_prefix(static_cast<std::size_t>(end - text.data()));
      if (text.empty() || text.front() != '.') return;
      text.remove_prefix(1);
    }
  }
  bool is_before(int a, int b, int c) const {
    return std::pair(major, std::pair(minor, patch)) < std::pair(a, std::pair(b, c));
  }
};

[[noreturn]] void impossible(const std::string& message) {
  throw SqlError(ErrorKind::kConfiguration, "no_two_phases", message);
}

/// MySQL: "XA Transaction Restrictions" of 5.7 (from 5.7.7 on); MariaDB: "XA Transactions" (from 10.5.2 on).
void expect_two_phases_of_mysql(Connection& connection) {
  const std::string text = read_rows(connection, "SELECT VERSION()").at(0).at(0);
  const Version version(text);
  const bool mariadb = text.find("MariaDB") != std::string::npos;
  if (mariadb ? !version.is_before(10, 5, 2) : !version.is_before(5, 7, 7)) return;
  impossible("the server " + text + " forgets a prepared transaction when its connection ends; expected " +
             (mariadb ? "MariaDB 10.5.2" : "MySQL 5.7.7") +
             " or newer, or a pipeline in which this sink keeps the checkpoints and has one instance");
}

void expect_two_phases_of_postgresql(Connection& connection) {
  if (read_rows(connection, "SHOW max_prepared_transactions").at(0).at(0) != "0") return;
  impossible(
      "the server's max_prepared_transactions is 0, so no transaction can be prepared; set it in "
      "postgresql.conf to at least twice the instances of this stage and start the server again, or let this "
      "sink keep the checkpoints with one instance");
}

std::string hex_of(std::string_view text) {
  std::string hex;
  for (const char c : text) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string literal_of(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) literal += c == '\'' ? "''" : std::string(1, c);
  return literal + "'";
}

std::vector<std::string> prepared_of_mysql(Connection& connection, const std::string& prefix) {
  TextRows rows;
  try {
    rows = read_rows(connection, "XA RECOVER");
  } catch (const SqlError& e) {
    if (e.kind() == ErrorKind::kConnection) throw;
    // MySQL from 8.0 on says so with its error 1401.
    impossible("the prepared transactions cannot be listed: " + std::string(e.what()) +
               "; the user needs the right XA_RECOVER_ADMIN: GRANT XA_RECOVER_ADMIN ON *.* TO ...");
  }
  std::vector<std::string> found;
  for (const auto& row : rows) {  // format, bytes of the prefix, bytes of the branch, both in one text
    std::size_t size = 0;
    std::from_chars(row.at(1).data(), row[1].data() + row[1].size(), size);
    if (row.at(0) == "1" && size <= row.at(3).size() && row[3].substr(0, size) == prefix)
      found.push_back(TransactionId{prefix, row[3].substr(size)}.text());
  }
  return found;
}

std::vector<std::string> prepared_of_postgresql(Connection& connection, const std::string& prefix) {
  std::vector<std::string> found;
  const std::vector<Parameter> begin = {{Parameter::Kind::kText, prefix + "/"}};
  for (auto& row : read_rows(connection,
                             "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND "
                             "starts_with(gid, $1)",
                             begin))
    found.push_back(std::move(row.at(0)));
  return found;
}

void end_prepared(Connection& connection, const TransactionId& id, const std::string& how) {
  if (connection.url().database == Database::kPostgreSql)
    return execute(connection, how + " PREPARED " + literal_of(id.text()));
  try {
    execute(connection, "XA " + how + " " + id.xid());
  } catch (const SqlError& e) {
    // "Unknown XID", which is also what is said of one whose connection has not ended yet.
    if (e.code() != "mysql:1397") throw;
    throw SqlError(ErrorKind::kBusy, e.code(),
                   "the connection that prepared the transaction " + id.text() + " is still there");
  }
}

}  // namespace

TransactionId TransactionId::of(std::string_view text) {
  const std::size_t at = text.rfind('/');
  if (at == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

std::string TransactionId::xid() const {
  return "X'" + hex_of(prefix) + "',X'" + hex_of(branch) + "',1";
}

void expect_two_phases(Connection& connection) {
  if (connection.url().database == Database::kPostgreSql) {
    expect_two_phases_of_postgresql(connection);
  } else {
    expect_two_phases_of_mysql(connection);
  }
}

std::vector<std::string> prepared_transactions(Connection& connection, const std::string& prefix) {
  return connection.url().database == Database::kPostgreSql ? prepared_of_postgresql(connection, prefix)
                                                            : prepared_of_mysql(connection, prefix);
}

void commit_prepared(Connection& connection, const TransactionId& id) {
  end_prepared(connection, id, "COMMIT");
}

void roll_back_prepared(Connection& connection, const TransactionId& id) {
  end_prepared(connection, id, "ROLLBACK");
}

}  // namespace weir::sql
