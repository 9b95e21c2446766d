// SPDX-License-Identifier: Apache-2.0
//
// By libpq itself, on Poco::Data's connection, for the reason in the sink's prepared_insert.cc: a statement
// of Poco's connector (1.11) that fails after it has succeeded once frees its earlier result twice.
#include <atomic>
#include <cstddef>
#include <utility>

#include "sql_client/postgresql.h"
#include "sql_client/query.h"

namespace weir::sql {
namespace {

/// Numbers of pg_type.dat.
Field::Kind kind_of(unsigned type) {
  switch (type) {
    case 16:
      return Field::Kind::kBool;
    case 17:
      return Field::Kind::kBytes;
    case 20:    // bigint
    case 21:    // smallint
    case 23:    // integer
    case 26:    // oid
    case 700:   // real
    case 701:   // double precision
    case 1700:  // numeric
      return Field::Kind::kNumber;
    case 114:
    case 3802:
      return Field::Kind::kJson;
    default:
      return Field::Kind::kText;
  }
}

/// The form of a bytea as text: PostgreSQL's "hex format".
std::string hex_of(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "\\x";
  text.reserve(2 + 2 * bytes.size());
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

class PostgresqlQuery final : public Query {
 public:
  PostgresqlQuery(Connection& connection, const std::string& sql) : session_(connection.session()) {
    static std::atomic<unsigned> number{0};
    name_ = "weir_query_" + std::to_string(++number);
    check(postgresql().prepare(session_, name_, sql));
    PostgreSqlStatement made;
    check(postgresql().describe(session_, name_, made));
    parameters_ = made.parameters;
    columns_ = std::move(made.columns);
    for (const unsigned type : made.types) kinds_.push_back(kind_of(type));
    fields_.resize(kinds_.size());
    bytes_.resize(kinds_.size());
  }
  ~PostgresqlQuery() override { postgresql().run(session_, "DEALLOCATE " + name_); }

  void run(std::span<const Parameter> parameters, const RowVisit& visit) override {
    if (parameters.size() != parameters_) {
      throw SqlError(ErrorKind::kConfiguration, "postgresql:08P01",
                     "a placeholder stands where the database sees none, as in a text or a comment");
    }
    values_.clear();
    hex_.clear();
    hex_.reserve(parameters.size());
    for (const auto& parameter : parameters) {
      const bool bytes = parameter.kind == Parameter::Kind::kBytes;
      values_.push_back(bytes ? hex_.emplace_back(hex_of(parameter.text)).c_str() : parameter.text.c_str());
    }
    check(postgresql().query(session_, name_, values_, [&](PostgreSqlRow row) {
      for (std::size_t i = 0; i < kinds_.size(); ++i) fields_[i] = field(row[i], kinds_[i], bytes_[i]);
      visit(fields_);
    }));
  }

 private:
  static Field field(std::string_view text, Field::Kind kind, std::string& bytes) {
    if (text.data() == nullptr) return {};
    if (kind == Field::Kind::kBool) return {kind, text == "t" ? "true" : "false"};
    if (kind != Field::Kind::kBytes) return {kind, text};
    bytes = postgresql().bytes_of(std::string(text));
    return {kind, bytes};
  }

  Poco::Data::Session& session_;
  std::string name_;
  std::size_t parameters_ = 0;
  std::vector<Field::Kind> kinds_;
  std::vector<const char*> values_;
  std::vector<std::string> hex_;  // of parameters that are bytes
  std::vector<Field> fields_;
  std::vector<std::string> bytes_;  // of each column that holds bytes
};

}  // namespace

std::unique_ptr<Query> prepare_postgresql_query(Connection& connection, const std::string& sql) {
  return std::make_unique<PostgresqlQuery>(connection, sql);
}

}  // namespace weir::sql
