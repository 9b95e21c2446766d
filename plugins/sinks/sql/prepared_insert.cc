// SPDX-License-Identifier: Apache-2.0
#include "prepared_insert.h"

#include "rows_binding.h"
#include "sql_client/error_class.h"
#include "sql_client/postgresql.h"

#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>
#include <Poco/SharedPtr.h>

#include <atomic>
#include <optional>
#include <utility>

namespace weir::sql {
namespace {

/// MySQL and SQLite: a statement of Poco::Data.
class PocoInsert final : public PreparedInsert {
 public:
  PocoInsert(Connection& connection, std::string sql, const std::vector<std::size_t>& cells, std::size_t rows)
      : connection_(connection), sql_(std::move(sql)), binding_(new RowsBinding(cells, rows)) {}

  void execute(const RowTable& table, std::span<const std::uint32_t> order) override {
    try {
      if (!statement_) {
        statement_.emplace(connection_.session());
        *statement_ << sql_;
        statement_->addBind(binding_);
      }
      binding_->set(table, order);
      statement_->execute();
    } catch (const Poco::Exception& e) {
      statement_.reset();  // Poco::Data does not execute a statement again that has failed
      binding_->reset();
      throw classify(connection_.url().database, During::kWorking, e);
    }
  }

 private:
  Connection& connection_;
  std::string sql_;
  Poco::SharedPtr<RowsBinding> binding_;
  std::optional<Poco::Data::Statement> statement_;
};

/// PostgreSQL: on Poco::Data's connection, but by libpq itself. A statement of Poco's connector (1.11) that
/// fails after it has succeeded once frees its earlier result twice.
class PqInsert final : public PreparedInsert {
 public:
  PqInsert(Connection& connection, const std::string& sql, const std::vector<std::size_t>& cells)
      : session_(connection.session()), cells_(cells) {
    static std::atomic<unsigned> number{0};
    name_ = "weir_" + std::to_string(++number);
    check(postgresql().prepare(session_, name_, sql));
  }
  ~PqInsert() override { postgresql().run(session_, "DEALLOCATE " + name_); }

  void execute(const RowTable& table, std::span<const std::uint32_t> order) override {
    values_.clear();
    for (const std::uint32_t row : order) {
      const auto cells = table.row(row);
      for (const std::size_t i : cells_) {
        // The reader gives PostgreSQL text and NULL alone, and no text with a NUL in it.
        values_.push_back(cells[i].kind == Cell::Kind::kNull ? nullptr : cells[i].text.c_str());
      }
    }
    check(postgresql().execute(session_, name_, values_));
  }

 private:
  Poco::Data::Session& session_;
  std::vector<std::size_t> cells_;
  std::string name_;
  std::vector<const char*> values_;
};

}  // namespace

std::unique_ptr<PreparedInsert> prepare_insert(Connection& connection, const std::string& sql,
                                               const std::vector<std::size_t>& cells, std::size_t rows) {
  if (connection.url().database == Database::kPostgreSql)
    return std::make_unique<PqInsert>(connection, sql, cells);
  return std::make_unique<PocoInsert>(connection, sql, cells, rows);
}

}  // namespace weir::sql
