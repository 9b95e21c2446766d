// SPDX-License-Identifier: Apache-2.0
#include "asker.h"

#include <weir/stage.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "sql_client/connection_advice.h"
#include "sql_client/error_class.h"

namespace weir::sql_lookup {
namespace {

using sql::ErrorKind;
using sql::SqlError;

std::string what_to_do(const SqlError& error) {
  if (std::string advice = sql::connection_advice(error); !advice.empty()) return advice;
  if (sql::is_missing_right(error)) return "the user needs the right SELECT on what `query` reads";
  if (sql::is_missing_table(error)) return "create it, or correct `query`";
  if (error.code() == "no_column") return "correct `key_columns` or `query`";
  return "correct `query` and start the pipeline again; no position was committed behind the records at hand";
}

}  // namespace

Asker::Asker(Settings settings)
    : settings_(std::move(settings)),
      most_keys_(std::min(settings_.most_keys, sql::Dialect(settings_.url.database).most_parameters() /
                                                   std::max<std::size_t>(1, settings_.key_columns.size()))),
      connection_(settings_.url),
      outage_(settings_.retry, settings_.url.label()) {}

void Asker::start(Context& out) {
  queries_ = out.counter("queries");
  try {
    connection_.open();
    statement(1);
  } catch (const SqlError& e) {
    close();
    if (e.kind() == ErrorKind::kConfiguration || e.kind() == ErrorKind::kData) stop(e);
    out.warn(settings_.url.label() + ": " + e.what() + " (" + e.code() +
             "); it is tried again when records come");
  }
}

std::vector<FoundRow> Asker::ask(std::span<const Key> keys, Context& out) {
  bool fresh = !connection_.is_open();
  for (;;) {
    try {
      if (!connection_.is_open()) connection_.open();
      auto rows = run(keys);
      outage_.over(out);
      return rows;
    } catch (const SqlError& e) {
      if (e.kind() == ErrorKind::kData) {
        outage_.over(out);
        throw;
      }
      if (e.kind() == ErrorKind::kConfiguration) stop(e);
      if (e.kind() == ErrorKind::kConnection) statements_.clear();
      outage_.recover(e, connection_, std::exchange(fresh, true), out);
    }
  }
}

Asker::Statement& Asker::statement(std::size_t keys) {
  if (const auto known = statements_.find(keys); known != statements_.end()) return known->second;
  Statement made;
  const auto& names = settings_.key_columns;
  made.query =
      sql::prepare_query(connection_, settings_.query.sql(settings_.url.database, keys, names.size()));
  const auto& columns = made.query->columns();
  for (const auto& name : names) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end()) {
      std::string all;
      for (const auto& column : columns) all += (all.empty() ? "" : ", ") + column;
      throw SqlError(ErrorKind::kConfiguration, "no_column",
                     "the rows of the query have no column '" + name + "' (they have " + all + ")");
    }
    made.key_columns.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  return statements_.emplace(keys, std::move(made)).first->second;
}

std::vector<FoundRow> Asker::run(std::span<const Key> keys) {
  // Few sizes of statements, so that each is prepared once: a key that stands twice changes no answer.
  const std::size_t size = std::min(std::bit_ceil(keys.size()), std::max(most_keys_, keys.size()));
  Statement& asked = statement(size);
  parameters_.clear();
  for (std::size_t i = 0; i < size; ++i) {
    const Key& key = keys[std::min(i, keys.size() - 1)];
    parameters_.insert(parameters_.end(), key.begin(), key.end());
  }
  std::vector<FoundRow> rows;
  queries_.add();
  asked.query->run(parameters_, [&](std::span<const sql::Field> fields) {
    std::string key;
    for (const std::size_t column : asked.key_columns) {
      const sql::Field& field = fields[column];
      if (field.kind == sql::Field::Kind::kNull) return;  // equal to no key
      append_key_text(field.text, field.kind == sql::Field::Kind::kNumber, key);
    }
    rows.push_back({std::move(key), RowText(asked.query->columns(), fields)});
  });
  return rows;
}

void Asker::close() {
  statements_.clear();
  connection_.close();
}

void Asker::stop(const SqlError& error) const {
  throw Stop(error.code(), settings_.url.label() + ": " + error.what() + "; " + what_to_do(error));
}

}  // namespace weir::sql_lookup
