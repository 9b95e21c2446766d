// SPDX-License-Identifier: Apache-2.0
#include "writer.h"

#include "sql_client/error_class.h"
#include "sql_client/postgresql.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <unordered_set>
#include <utility>

namespace weir::sql {
namespace {

/// Calls `work`; what Poco::Data throws becomes a SqlError.
template <class Work>
void guarded(Database database, Work&& work) {
  try {
    work();
  } catch (const Poco::Exception& e) {
    throw classify(database, During::kWorking, e);
  }
}

void append(const Cell& cell, std::string& key) {
  switch (cell.kind) {
    case Cell::Kind::kText:
      key += cell.text;
      break;
    case Cell::Kind::kReal:
      key += std::to_string(cell.real);
      break;
    default:
      key += std::to_string(cell.integer);
  }
  key += '\0';
}

}  // namespace

void Writer::set_columns(const std::vector<std::size_t>& cells, std::vector<std::string> names) {
  if (cells == cells_) return;
  statements_.clear();
  cells_ = cells;
  names_ = std::move(names);
  key_cells_.clear();
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (std::find(target_.key.begin(), target_.key.end(), names_[i]) != target_.key.end()) {
      key_cells_.push_back(cells_[i]);
    }
  }
}

std::size_t Writer::full_rows() const {
  const std::size_t possible =
      connection_.dialect().most_parameters() / std::max<std::size_t>(1, cells_.size());
  return std::clamp<std::size_t>(target_.rows, 1, std::max<std::size_t>(1, possible));
}

std::vector<RefusedRow> Writer::write(const RowTable& table) {
  const bool ends = connection_.dialect().error_ends_transaction();
  arrange(table, ends && target_.mode == Mode::kUpsert);
  try {
    write_all(table, order_, !ends);
  } catch (const SqlError& e) {
    if (!ends || e.kind() != ErrorKind::kData || !connection_.is_open()) throw;
    // All rows again: one that was left out for a later one must not be lost when the later one is refused.
    arrange(table, false);
    write_all(table, order_, true);
  }
  return std::move(refused_);
}

std::vector<RefusedRow> Writer::add(const RowTable& table) {
  const bool ends = connection_.dialect().error_ends_transaction();
  arrange(table, ends && target_.mode == Mode::kUpsert);
  refused_.clear();
  if (!ends) {
    write_part(table, order_, full_rows(), true);
    return std::move(refused_);
  }
  run("SAVEPOINT weir_batch");
  try {
    write_part(table, order_, full_rows(), false);
  } catch (const SqlError& e) {
    if (e.kind() != ErrorKind::kData) throw;
    run("ROLLBACK TO SAVEPOINT weir_batch");
    arrange(table, false);
    refused_.clear();
    write_part(table, order_, full_rows(), true);
  }
  run("RELEASE SAVEPOINT weir_batch");
  return std::move(refused_);
}

void Writer::arrange(const RowTable& table, bool once_a_key) {
  order_.resize(table.size());
  std::iota(order_.begin(), order_.end(), 0U);
  superseded_ = 0;
  if (!once_a_key) return;
  // PostgreSQL refuses a statement that updates a row twice. The last one counts, as if they came one by one.
  std::unordered_set<std::string> seen;
  std::string key;
  const auto superseded = [&](std::uint32_t row) {
    key.clear();
    for (const std::size_t i : key_cells_) append(table.row(row)[i], key);
    return !seen.insert(key).second;
  };
  const auto kept = std::remove_if(order_.rbegin(), order_.rend(), superseded);
  superseded_ = static_cast<std::size_t>(order_.rend() - kept);
  order_.erase(order_.begin(), kept.base());
}

void Writer::write_all(const RowTable& table, Order order, bool narrow) {
  const Database database = connection_.url().database;
  refused_.clear();
  try {
    guarded(database, [this] { connection_.session().begin(); });
    if (narrow && connection_.dialect().error_ends_transaction()) run("SET CONSTRAINTS ALL IMMEDIATE");
    write_part(table, order, full_rows(), narrow);
    guarded(database, [this] { connection_.session().commit(); });
  } catch (const SqlError&) {
    roll_back();
    throw;
  }
}

void Writer::write_part(const RowTable& table, Order order, std::size_t most_rows, bool narrow) {
  const bool savepoints = narrow && connection_.dialect().error_ends_transaction();
  while (!order.empty()) {
    const Order part = order.first(chunk(table, order, most_rows));
    order = order.subspan(part.size());
    const std::size_t bytes = table.bytes(part.front());
    if (part.size() == 1 && bytes > connection_.most_row_bytes()) {
      refused_.push_back({part.front(), "mysql:1153",
                          "the row takes " + std::to_string(bytes) +
                              " bytes, more than the server's max_allowed_packet (" +
                              std::to_string(connection_.most_row_bytes()) + ")"});
      continue;
    }
    try {
      if (savepoints) run("SAVEPOINT weir");
      execute(table, part);
    } catch (const SqlError& e) {
      if (!narrow || e.kind() != ErrorKind::kData) throw;
      if (savepoints) run("ROLLBACK TO SAVEPOINT weir");
      if (part.size() == 1) {
        refused_.push_back({part.front(), e.code(), e.what()});
      } else {
        write_part(table, part, std::bit_floor(part.size() - 1), narrow);
      }
    }
    if (savepoints) run("RELEASE SAVEPOINT weir");
  }
}

std::size_t Writer::chunk(const RowTable& table, Order order, std::size_t most_rows) const {
  std::size_t rows = order.size() >= most_rows ? most_rows : std::bit_floor(order.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    bytes += table.bytes(order[i]);
    if (bytes > connection_.most_bytes()) rows = std::max<std::size_t>(1, std::bit_floor(i));
  }
  return rows;
}

void Writer::execute(const RowTable& table, Order order) {
  auto& statement = statements_[order.size()];
  if (statement == nullptr) {
    const Dialect::Insert what{target_.table, names_, target_.key, target_.mode};
    statement =
        prepare_insert(connection_, connection_.dialect().insert(what, order.size()), cells_, order.size());
  }
  statement->execute(table, order);
}

void Writer::run(const char* sql) {
  check(postgresql().run(connection_.session(), sql));
}

void Writer::roll_back() {
  try {
    connection_.session().rollback();
  } catch (const Poco::Exception&) {
    forget();
    connection_.close();
  }
}

}  // namespace weir::sql
