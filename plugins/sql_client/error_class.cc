// SPDX-License-Identifier: Apache-2.0
#include "sql_client/error_class.h"

#include <Poco/Data/DataException.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Exception.h>

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

namespace weir::sql {
namespace {

/// The part of `text` behind `mark` and before the next `end` (or to the text's end); empty without `mark`.
/// The last mark counts: what stands before it may quote data.
std::string_view behind(std::string_view text, std::string_view mark, std::string_view end) {
  const std::size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + mark.size());
  return text.substr(0, text.find(end));
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// One line: line ends and other control characters become spaces.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

/// The classes of SQLSTATE (ISO/IEC 9075; "PostgreSQL Error Codes"), for what has no rule of its own.
ErrorKind kind_of_state(std::string_view state) {
  const std::string_view group = state.substr(0, 2);
  if (group == "08") return ErrorKind::kConnection;
  // XA: of MySQL's transactions in two phases; the whole one has failed, not a row.
  if (group == "40" || group == "53" || group == "55" || group == "XA") return ErrorKind::kBusy;
  for (const std::string_view g : {"28", "3D", "3F", "42", "0A", "25"}) {
    if (group == g) return ErrorKind::kConfiguration;
  }
  return ErrorKind::kData;
}

// -- MySQL and MariaDB: the numbers of "Server Error Message Reference" and "Client Error Message Reference"
// --

ErrorKind kind_of_mysql(int number, std::string_view state) {
  static constexpr int kConnection[] = {
      1040,                                                        // too many connections
      1053,                                                        // the server shuts down
      1077, 1078, 1079, 1080,                                      // the server shuts down or aborts
      1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184,  // the connection breaks
      1203,                                                        // too many connections of this user
      1927,                                                        // the connection was killed
      4031,                                                        // closed by the server for being idle
  };
  static constexpr int kBusy[] = {
      1020,              // the row has changed since it was read
      1021, 1114,        // the disk, or the table, is full
      1205,              // waited too long for a lock
      1213,              // deadlock
      1226,              // a user's hourly limit
      1290, 1792, 1836,  // the server is read-only, as between two primaries
      1317,              // the query was interrupted
      1969, 3024,        // the query took longer than it may
  };
  static constexpr int kConfiguration[] = {
      1130,  // this host may not connect
      1295,  // not possible in a prepared statement
      1347,  // not a table
      1932,  // the table has no engine
  };
  static constexpr int kData[] = {
      1118,        // the row is too large for the table
      1425, 1427,  // a number's scale
  };
  const auto among = [number](const auto& list) {
    return std::find(std::begin(list), std::end(list), number) != std::end(list);
  };
  if (among(kData)) return ErrorKind::kData;
  if (among(kConnection) || (number >= 2000 && number < 3000)) return ErrorKind::kConnection;
  if (among(kBusy)) return ErrorKind::kBusy;
  if (among(kConfiguration)) return ErrorKind::kConfiguration;
  return kind_of_state(state);
}

SqlError of_mysql(During during, const Poco::Exception& thrown) {
  const std::string& text = thrown.message();
  if (during == During::kConnecting &&
      dynamic_cast<const Poco::Data::ConnectionFailedException*>(&thrown) != nullptr) {
    // The connector hands on the server's words, but no number.
    if (has(text, "Access denied")) return {ErrorKind::kConfiguration, "mysql:1045", one_line(text)};
    if (has(text, "Unknown database")) return {ErrorKind::kConfiguration, "mysql:1049", one_line(text)};
    if (has(text, "is not allowed to connect"))
      return {ErrorKind::kConfiguration, "mysql:1130", one_line(text)};
    if (has(text, "character set")) return {ErrorKind::kConfiguration, "mysql:2019", one_line(text)};
    if (has(text, "Authentication plugin")) return {ErrorKind::kConfiguration, "mysql:2059", one_line(text)};
    return {ErrorKind::kConnection, "mysql:2002", one_line(text)};
  }
  for (const std::string_view prefix : {"mysql_stmt_", "mysql_"}) {
    const std::string mark = "[" + std::string(prefix);
    const std::string_view digits = behind(text, "\t" + mark + "errno]: ", "\t");
    if (digits.empty()) continue;
    int number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const std::string_view state = behind(text, "\t" + mark + "sqlstate]: ", "\t");
    const std::string begin = mark + "error]: ";
    const std::size_t from = std::min(text.find(begin) + begin.size(), text.size());
    const std::string_view words =
        std::string_view(text).substr(from, text.rfind("\t" + mark + "errno]: ") - from);
    return mysql_error(number, state, words);
  }
  return {ErrorKind::kConnection, "mysql", one_line(text)};  // Poco's own: the session is not usable
}

// -- PostgreSQL --

ErrorKind kind_of_postgresql(std::string_view state) {
  if (state == "57014") return ErrorKind::kBusy;                                      // cancelled
  if (state.substr(0, 2) == "57" || state == "25P03") return ErrorKind::kConnection;  // shut down, timed out
  if (state == "25006") return ErrorKind::kBusy;  // read-only, as between two primaries
  if (state == "0A000" || state == "42P10") return ErrorKind::kConfiguration;
  if (state == "54000" || state.substr(0, 2) == "54")
    return ErrorKind::kData;                      // a limit such as an index row's size
  if (state == "42804") return ErrorKind::kData;  // a value of this kind does not go into the column
  return kind_of_state(state);
}

SqlError of_postgresql(During during, const Poco::Exception& thrown) {
  std::string_view text = thrown.message();
  const std::string_view state = behind(text, " State: ", " ");
  std::string_view words = text;
  for (const std::string_view severity : {"ERROR:  ", "FATAL:  ", "PANIC:  "}) {
    if (const std::size_t at = text.find(severity); at != std::string_view::npos) {
      words = text.substr(at + severity.size());
      words = words.substr(0, words.find('\n'));
      break;
    }
  }
  std::string message = one_line(words.substr(0, words.find(" Severity: ")));
  if (state.size() == 5) {
    const std::string_view detail = behind(text, " Detail: ", " Hint: ");
    return postgresql_error(state, message, detail == "N/A" ? "" : detail);
  }
  // No SQLSTATE reaches us from connecting, preparing, BEGIN and COMMIT: only the server's words.
  if (during == During::kConnecting) {
    for (const std::string_view mark :
         {"authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied",
          "no password supplied", "is not permitted to log in", "invalid connection option",
          "invalid sslmode"}) {
      if (has(words, mark)) return {ErrorKind::kConfiguration, "postgresql", message};
    }
    return {ErrorKind::kConnection, "postgresql", message};
  }
  for (const std::string_view mark : {"does not exist", "permission denied",
                                      "no unique or exclusion constraint", "syntax error", "cannot insert"}) {
    if (words.data() != text.data() && has(words, mark))
      return {ErrorKind::kConfiguration, "postgresql", message};
  }
  if (has(text, "violates")) return {ErrorKind::kData, "postgresql", message};
  if (has(text, "could not serialize") || has(text, "deadlock"))
    return {ErrorKind::kBusy, "postgresql", message};
  return {ErrorKind::kConnection, "postgresql", message};
}

// -- SQLite: its result codes ("Result and Error Codes"), which Poco turns into classes --

/// 0 where the class says nothing.
int sqlite_code(const Poco::Exception& thrown) {
  namespace lite = Poco::Data::SQLite;
  const auto is = [&thrown](auto* type) { return dynamic_cast<decltype(type)>(&thrown) != nullptr; };
  if (is(static_cast<const lite::ConstraintViolationException*>(nullptr))) return SQLITE_CONSTRAINT;
  if (is(static_cast<const lite::DataTypeMismatchException*>(nullptr))) return SQLITE_MISMATCH;
  if (is(static_cast<const lite::RowTooBigException*>(nullptr))) return SQLITE_TOOBIG;
  if (is(static_cast<const lite::DBLockedException*>(nullptr))) return SQLITE_BUSY;
  if (is(static_cast<const lite::TableLockedException*>(nullptr))) return SQLITE_LOCKED;
  if (is(static_cast<const lite::LockProtocolException*>(nullptr))) return SQLITE_PROTOCOL;
  if (is(static_cast<const lite::InterruptException*>(nullptr))) return SQLITE_INTERRUPT;
  if (is(static_cast<const lite::DatabaseFullException*>(nullptr))) return SQLITE_FULL;
  if (is(static_cast<const lite::IOErrorException*>(nullptr))) return SQLITE_IOERR;
  if (is(static_cast<const lite::ReadOnlyException*>(nullptr))) return SQLITE_READONLY;
  if (is(static_cast<const lite::CorruptImageException*>(nullptr))) return SQLITE_CORRUPT;
  return 0;
}

SqlError of_sqlite(During during, const Poco::Exception& thrown) {
  const std::string message = one_line(thrown.message());
  if (const int code = sqlite_code(thrown); code != 0) return sqlite_error(code, message);
  const bool locked = has(message, "locked") || has(message, "busy");
  if (during == During::kConnecting) {
    return {locked ? ErrorKind::kBusy : ErrorKind::kConfiguration, locked ? "sqlite:5" : "sqlite:14",
            message};
  }
  if (has(message, "locked")) return sqlite_error(SQLITE_BUSY, message);
  if (has(message, "string or blob too big")) return sqlite_error(SQLITE_TOOBIG, message);
  if (dynamic_cast<const Poco::Data::SQLite::SQLiteException*>(&thrown) != nullptr) {
    return sqlite_error(SQLITE_ERROR, message);
  }
  return {ErrorKind::kConnection, "sqlite", message};
}

}  // namespace

SqlError mysql_error(int number, std::string_view state, std::string_view words) {
  return {kind_of_mysql(number, state), "mysql:" + std::to_string(number), one_line(words)};
}

SqlError sqlite_error(int code, std::string_view words) {
  const auto kind = [code] {
    switch (code) {
      case SQLITE_CONSTRAINT:
      case SQLITE_MISMATCH:
      case SQLITE_TOOBIG:
        return ErrorKind::kData;
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
      case SQLITE_PROTOCOL:
      case SQLITE_INTERRUPT:
      case SQLITE_FULL:
        return ErrorKind::kBusy;
      case SQLITE_IOERR:
        return ErrorKind::kConnection;
      default:
        return ErrorKind::kConfiguration;
    }
  };
  return {kind(), "sqlite:" + std::to_string(code), one_line(words)};
}

SqlError postgresql_error(std::string_view state, std::string_view words, std::string_view detail) {
  if (state.empty()) return {ErrorKind::kConnection, "postgresql", one_line(words)};
  std::string message = one_line(words);
  if (!detail.empty()) message += ": " + one_line(detail);
  return {kind_of_postgresql(state), "postgresql:" + std::string(state), message};
}

SqlError classify(Database database, During during, const Poco::Exception& thrown) {
  switch (database) {
    case Database::kMySql:
      return of_mysql(during, thrown);
    case Database::kPostgreSql:
      return of_postgresql(during, thrown);
    case Database::kSqlite:
      break;
  }
  return of_sqlite(during, thrown);
}

}  // namespace weir::sql
