// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "query_template.h"
#include "row_text.h"
#include "sql_client/connection.h"
#include "sql_client/outage.h"
#include "sql_client/query.h"

namespace weir::sql_lookup {

/// The values of a key, as they are put into the query.
using Key = std::vector<sql::Parameter>;

/// A row, and the text of its key; without {{keys}} that is empty.
struct FoundRow {
  std::string key;
  RowText row;
};

/// Asks one database, by one connection, until it answers. One thread, but for interrupt().
class Asker {
 public:
  struct Settings {
    sql::DatabaseUrl url;
    QueryTemplate query;
    std::vector<std::string> key_columns;  ///< of its rows; empty without {{keys}}
    std::size_t most_keys = 1;             ///< in one query
    sql::Retry retry;
  };

  explicit Asker(Settings settings);

  /// Checks the query, where the database can be reached. Throws Stop where a person has to change something.
  void start(Context& out);
  /// The rows for some keys, at most most_keys(). While the database is away it waits and tries again. Throws
  /// SqlError of ErrorKind::kData, and Stop.
  std::vector<FoundRow> ask(std::span<const Key> keys, Context& out);
  std::size_t most_keys() const { return most_keys_; }
  /// A call that waits returns soon. [any-thread]
  void interrupt() { connection_.abort(); }

 private:
  struct Statement {
    std::unique_ptr<sql::Query> query;
    std::vector<std::size_t> key_columns;
  };

  Statement& statement(std::size_t keys);
  std::vector<FoundRow> run(std::span<const Key> keys);
  void close();
  [[noreturn]] void stop(const sql::SqlError& error) const;

  const Settings settings_;
  const std::size_t most_keys_;
  sql::Connection connection_;
  sql::Outage outage_;
  std::map<std::size_t, Statement> statements_;  // by the keys they ask for; gone before the connection
  std::vector<sql::Parameter> parameters_;
  Counter queries_;
};

}  // namespace weir::sql_lookup
