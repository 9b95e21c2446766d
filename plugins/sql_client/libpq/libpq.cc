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

std::optional<PostgreSqlProblem> problem_of(PGconn* connection, PGresult* result) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> owner(result, PQclear);
  if (PQresultStatus(result) == PGRES_COMMAND_OK) return std::nullopt;
  const auto field = [result](int code) {
    const char* text = PQresultErrorField(result, code);
    return std::string(text == nullptr ? "" : text);
  };
  const std::string state = field(PG_DIAG_SQLSTATE);
  return PostgreSqlProblem{state, state.empty() ? PQerrorMessage(connection) : field(PG_DIAG_MESSAGE_PRIMARY),
                           field(PG_DIAG_MESSAGE_DETAIL)};
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
