// SPDX-License-Identifier: Apache-2.0
//
// By the client library itself, on Poco::Data's connection: Poco's connector (1.11) reads DECIMAL through a
// double and sizes buffers by what a column could hold.
#include <mysql.h>

#include <cstddef>
#include <deque>

#include "sql_client/query.h"

namespace weir::sql {
namespace {

constexpr unsigned kBinaryCharset = 63;  // "binary", in the numbers of information_schema.COLLATIONS
constexpr std::size_t kUsualBytes = 512;

bool is_json(const MYSQL_FIELD& field) {
  if (field.type == MYSQL_TYPE_JSON) return true;
  MARIADB_CONST_STRING format{};
  return mariadb_field_attr(&format, &field, MARIADB_FIELD_ATTR_FORMAT_NAME) == 0 &&
         std::string_view(format.str, format.length) == "json";
}

Field::Kind kind_of(const MYSQL_FIELD& field) {
  switch (field.type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
      return Field::Kind::kNumber;
    case MYSQL_TYPE_BIT:
    case MYSQL_TYPE_GEOMETRY:
      return Field::Kind::kBytes;
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_STRING:
      if (is_json(field)) return Field::Kind::kJson;
      return field.charsetnr == kBinaryCharset ? Field::Kind::kBytes : Field::Kind::kText;
    default:
      return is_json(field) ? Field::Kind::kJson : Field::Kind::kText;
  }
}

class MysqlQuery final : public Query {
 public:
  MysqlQuery(Connection& connection, const std::string& sql)
      : statement_(mysql_stmt_init(connection.mysql()), mysql_stmt_close) {
    if (statement_ == nullptr) throw SqlError(ErrorKind::kConnection, "mysql", "out of memory");
    check(mysql_stmt_prepare(statement_.get(), sql.data(), sql.size()));
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(
        mysql_stmt_result_metadata(statement_.get()), mysql_free_result);
    if (result == nullptr) return;
    const MYSQL_FIELD* fields = mysql_fetch_fields(result.get());
    for (unsigned i = 0; i < mysql_num_fields(result.get()); ++i) {
      columns_.emplace_back(fields[i].name, fields[i].name_length);
      read_.emplace_back(kind_of(fields[i]));
    }
    results_.resize(read_.size());
    fields_.resize(read_.size());
  }

  void run(std::span<const Parameter> parameters, const RowVisit& visit) override {
    bind(parameters);
    check(mysql_stmt_execute(statement_.get()));
    if (read_.empty()) return;
    for (std::size_t i = 0; i < read_.size(); ++i) bind(i);
    check(mysql_stmt_bind_result(statement_.get(), results_.data()));
    check(mysql_stmt_store_result(statement_.get()));
    const std::unique_ptr<MYSQL_STMT, decltype(&mysql_stmt_free_result)> stored(statement_.get(),
                                                                                mysql_stmt_free_result);
    for (;;) {
      const int got = mysql_stmt_fetch(statement_.get());
      if (got == MYSQL_NO_DATA) return;
      if (got != MYSQL_DATA_TRUNCATED) check(got);
      for (std::size_t i = 0; i < read_.size(); ++i) fields_[i] = field(i);
      visit(fields_);
    }
  }

 private:
  struct Read {
    explicit Read(Field::Kind k) : kind(k), buffer(kUsualBytes) {}
    Field::Kind kind;
    std::vector<char> buffer, longer;
    unsigned long length = 0;
    my_bool is_null = 0;
    my_bool error = 0;
  };

  void check(int status) {
    if (status == 0) return;
    throw mysql_error(static_cast<int>(mysql_stmt_errno(statement_.get())),
                      mysql_stmt_sqlstate(statement_.get()), mysql_stmt_error(statement_.get()));
  }

  void bind(std::span<const Parameter> parameters) {
    if (parameters.size() != mysql_stmt_param_count(statement_.get())) {
      throw SqlError(ErrorKind::kConfiguration, "mysql:1210",
                     "a placeholder stands where the database sees none, as in a text or a comment");
    }
    bound_.assign(parameters.size(), MYSQL_BIND{});
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const Parameter& from = parameters[i];
      MYSQL_BIND& to = bound_[i];
      // The client only reads them.
      switch (from.kind) {
        case Parameter::Kind::kText:
        case Parameter::Kind::kBytes:
          to.buffer_type = from.kind == Parameter::Kind::kText ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
          to.buffer = const_cast<char*>(from.text.data());
          to.buffer_length = from.text.size();
          break;
        case Parameter::Kind::kInteger:
          to.buffer_type = MYSQL_TYPE_LONGLONG;
          to.buffer = const_cast<std::int64_t*>(&from.integer);
          break;
        case Parameter::Kind::kReal:
          to.buffer_type = MYSQL_TYPE_DOUBLE;
          to.buffer = const_cast<double*>(&from.real);
          break;
      }
    }
    if (!bound_.empty()) check(mysql_stmt_bind_param(statement_.get(), bound_.data()));
  }

  /// Everything is read as text; what is longer than the buffer is fetched again.
  void bind(std::size_t column) {
    Read& read = read_[column];
    results_[column] = MYSQL_BIND{};
    results_[column].buffer_type = read.kind == Field::Kind::kBytes ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
    results_[column].buffer = read.buffer.data();
    results_[column].buffer_length = read.buffer.size();
    results_[column].length = &read.length;
    results_[column].is_null = &read.is_null;
    results_[column].error = &read.error;
  }

  Field field(std::size_t column) {
    Read& read = read_[column];
    if (read.is_null != 0) return {};
    if (read.length <= read.buffer.size()) return {read.kind, {read.buffer.data(), read.length}};
    read.longer.resize(read.length);
    MYSQL_BIND bind = results_[column];
    bind.buffer = read.longer.data();
    bind.buffer_length = read.longer.size();
    check(mysql_stmt_fetch_column(statement_.get(), &bind, static_cast<unsigned>(column), 0));
    return {read.kind, {read.longer.data(), read.longer.size()}};
  }

  std::unique_ptr<MYSQL_STMT, decltype(&mysql_stmt_close)> statement_;
  std::deque<Read> read_;
  std::vector<MYSQL_BIND> bound_, results_;
  std::vector<Field> fields_;
};

}  // namespace

std::unique_ptr<Query> prepare_mysql_query(Connection& connection, const std::string& sql) {
  return std::make_unique<MysqlQuery>(connection, sql);
}

}  // namespace weir::sql
