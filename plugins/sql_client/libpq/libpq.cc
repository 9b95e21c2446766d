// SPDX-License-Identifier: Apache-2.0
//
// The library weir_postgresql.so; see sql_client/postgresql.h.
#include "sql_client/postgresql.h"

#include <Poco/Data/DataException.h>
#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>

#include <libpq-fe.h>

namespace weir::sql {
namespace {

PGconn* connection_of(Poco::Data::Session& session) {
  return *Poco::AnyCast<Poco::Data::PostgreSQL::SessionHandle*>(session.getProperty("handle"));
}

void expect_connected(PGconn* connection) {
  if (PQstatus(connection) != CONNECTION_OK) {
    throw Poco::Data::ConnectionFailedException(PQerrorMessage(connection));
  }
}

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::optional<PostgreSqlProblem> problem_of(PGconn* connection, const PGresult* result,
                                            ExecStatusType expected) {
  if (PQresultStatus(result) == expected) return std::nullopt;
  const auto field = [result](int code) {
    const char* text = PQresultErrorField(result, code);
    return std::string(text == nullptr ? "" : text);
  };
  const std::string state = field(PG_DIAG_SQLSTATE);
  return PostgreSqlProblem{state, state.empty() ? PQerrorMessage(connection) : field(PG_DIAG_MESSAGE_PRIMARY),
                           field(PG_DIAG_MESSAGE_DETAIL)};
}

/// Frees the result of what returns no rows.
std::optional<PostgreSqlProblem> problem_of(PGconn* connection, PGresult* result) {
  const Result owner(result, PQclear);
  return problem_of(connection, result, PGRES_COMMAND_OK);
}

class Libpq final : public PostgreSql {
 public:
  Libpq() { Poco::Data::PostgreSQL::Connector::registerConnector(); }

  /// Poco's connector (1.11) never frees a connection of libpq that could not be made or was lost. So
  /// whether one can be made at all is tried without Poco.
  std::unique_ptr<Poco::Data::Session> connect(const std::string& text) const override {
    {
      const std::unique_ptr<PGconn, decltype(&PQfinish)> trial(PQconnectdb(text.c_str()), PQfinish);
      expect_connected(trial.get());
    }
    auto session = std::make_unique<Poco::Data::Session>(Poco::Data::PostgreSQL::Connector::KEY, text);
    keep_quiet(*session);
    return session;
  }

  /// For the same reason.
  void reconnect(Poco::Data::Session& session) const override {
    PQreset(connection_of(session));
    expect_connected(connection_of(session));
    session.rollback();  // there is nothing to roll back: it is Poco that forgets the transaction
    keep_quiet(session);
  }

  bool is_lost(Poco::Data::Session& session) const override {
    return PQstatus(connection_of(session)) != CONNECTION_OK;
  }
  int socket(Poco::Data::Session& session) const override { return PQsocket(connection_of(session)); }

  std::optional<PostgreSqlProblem> run(Poco::Data::Session& session, const std::string& sql) const override {
    PGconn* const connection = connection_of(session);
    return problem_of(connection, PQexec(connection, sql.c_str()));
  }
  std::optional<PostgreSqlProblem> prepare(Poco::Data::Session& session, const std::string& name,
                                           const std::string& sql) const override {
    PGconn* const connection = connection_of(session);
    return problem_of(connection, PQprepare(connection, name.c_str(), sql.c_str(), 0, nullptr));
  }
  std::optional<PostgreSqlProblem> execute(Poco::Data::Session& session, const std::string& name,
                                           std::span<const char* const> values) const override {
    PGconn* const connection = connection_of(session);
    return problem_of(connection, PQexecPrepared(connection, name.c_str(), static_cast<int>(values.size()),
                                                 values.data(), nullptr, nullptr, 0));
  }

  std::optional<PostgreSqlProblem> query(Poco::Data::Session& session, const std::string& name,
                                         std::span<const char* const> values,
                                         const std::function<void(PostgreSqlRow)>& visit) const override {
    PGconn* const connection = connection_of(session);
    const Result result(PQexecPrepared(connection, name.c_str(), static_cast<int>(values.size()),
                                       values.data(), nullptr, nullptr, 0),
                        PQclear);
    if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return std::nullopt;  // a statement without rows
    if (auto problem = problem_of(connection, result.get(), PGRES_TUPLES_OK)) return problem;
    std::vector<std::string_view> row(static_cast<std::size_t>(PQnfields(result.get())));
    for (int i = 0; i < PQntuples(result.get()); ++i) {
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        const bool is_null = PQgetisnull(result.get(), i, column) != 0;
        row[static_cast<std::size_t>(column)] =
            is_null ? std::string_view()
                    : std::string_view(PQgetvalue(result.get(), i, column),
                                       static_cast<std::size_t>(PQgetlength(result.get(), i, column)));
      }
      visit(row);
    }
    return std::nullopt;
  }

  std::optional<PostgreSqlProblem> describe(Poco::Data::Session& session, const std::string& name,
                                            PostgreSqlStatement& to) const override {
    PGconn* const connection = connection_of(session);
    const Result result(PQdescribePrepared(connection, name.c_str()), PQclear);
    if (auto problem = problem_of(connection, result.get(), PGRES_COMMAND_OK)) return problem;
    to.parameters = static_cast<std::size_t>(PQnparams(result.get()));
    for (int i = 0; i < PQnfields(result.get()); ++i) {
      to.columns.emplace_back(PQfname(result.get(), i));
      to.types.push_back(PQftype(result.get(), i));
    }
    return std::nullopt;
  }

  std::string bytes_of(const std::string& text) const override {
    std::size_t size = 0;
    const std::unique_ptr<unsigned char, decltype(&PQfreemem)> plain(
        PQunescapeBytea(reinterpret_cast<const unsigned char*>(text.c_str()), &size), PQfreemem);
    return {reinterpret_cast<const char*>(plain.get()), size};
  }

 private:
  /// Unless told otherwise libpq writes the server's notices to stderr.
  static void keep_quiet(Poco::Data::Session& session) {
    PQsetNoticeProcessor(
        connection_of(session), [](void*, const char*) {}, nullptr);
  }
};

}  // namespace
}  // namespace weir::sql

extern "C" __attribute__((visibility("default"))) const weir::sql::PostgreSql* weir_postgresql() {
  static const weir::sql::Libpq libpq;
  return &libpq;
}
