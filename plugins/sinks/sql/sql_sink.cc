// SPDX-License-Identifier: Apache-2.0
#include "sql_sink.h"

#include "advice.h"
#include "derive_columns.h"
#include "sql_client/error_class.h"

#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>

#include <algorithm>
#include <string>
#include <utility>

namespace weir::sql {
namespace {

/// A transaction never gets larger than this, however much has queued up.
constexpr std::size_t kMostRecords = 512;

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string columns_of(const TableSchema& schema) {
  std::vector<std::string> names;
  for (const auto& column : schema.columns) names.push_back(column.name);
  return listed(names);
}

[[noreturn]] void misconfigured(const char* code, const std::string& message) {
  throw SqlError(ErrorKind::kConfiguration, code, message);
}

}  // namespace

void SqlSink::describe(Descriptor& d) {
  d.name("sql")
      .summary("Writes the fields of JSON objects to a table of MySQL, MariaDB, SQLite or PostgreSQL.")
      .example(
          "users: {plugin: sql, from: lookup, url: \"mysql://app:${DB_PASSWORD}@db.example.com/shop\", "
          "table: "
          "wechat_user, key: [openid]}")
      .blocks()
      .concurrent();
  Settings::describe(d);
}

SqlSink::SqlSink(const Options& options, Shared& shared)
    : settings_(options),
      shared_(shared),
      connection_(settings_.url),
      writer_(connection_, {settings_.table, settings_.key, settings_.mode, settings_.rows}),
      outage_(settings_.retry, settings_.url.label()) {}

void SqlSink::start(Context& out) {
  if (out.place().transactions != 0) {
    role_.emplace(out.place(), connection_);
    shared_.owners.set(out.place().task, role_->owner);
  }
  try {
    get_ready({}, out);
  } catch (const SqlError& e) {
    writer_.forget();
    connection_.close();
    if (e.kind() == ErrorKind::kConfiguration) throw Stop(e.code(), advice(e, settings_));
    out.warn(settings_.url.label() + ": " + e.what() + " (" + e.code() +
             "); it is tried again when records come");
  }
}

void SqlSink::write(Records records, Context& out) {
  while (!records.empty()) {
    const Records part = records.first(std::min(records.size(), kMostRecords));
    records = records.subspan(part.size());
    deliver(part, out);
  }
}

void SqlSink::interrupt() {
  connection_.abort();
}

void SqlSink::deliver(Records records, Context& out) {
  Refused unreadable, refused;
  bool read = false;
  bool fresh = !connection_.is_open();
  for (;;) {
    try {
      get_ready(records, out);
      if (!read) read_rows(records, unreadable);
      read = true;
      refused = write_rows();
      break;
    } catch (const SqlError& e) {
      if (in_transactions()) {
        try_again_or_stop(e, std::exchange(fresh, true), out);
        continue;
      }
      if (e.kind() ==
          ErrorKind::kData) {  // of the transaction as a whole: no row can be told from the others
        for (std::size_t row = 0; row < record_of_row_.size(); ++row)
          refused.push_back({row, {e.code(), e.what()}});
        break;
      }
      if (e.kind() == ErrorKind::kConfiguration) throw Stop(e.code(), advice(e, settings_));
      if (e.kind() == ErrorKind::kConnection) writer_.forget();
      outage_.recover(e, connection_, std::exchange(fresh, true), out);
    }
  }
  outage_.over(out);
  for (const auto& [i, problem] : unreadable)
    out.fail(Port::kError, records[i], problem.code, problem.message);
  for (const auto& [row, problem] : refused) {
    out.fail(Port::kError, records[record_of_row_[row]], problem.code, problem.message);
  }
  count_unknown(out);
  if (writer_.superseded() != 0) out.counter("superseded").add(writer_.superseded());
}

void SqlSink::connect() {
  if (connection_.is_open()) return;
  writer_.forget();
  connection_.open();
  try {
    if (role_) set_up_session();
  } catch (...) {
    connection_.close();
    throw;
  }
}

void SqlSink::get_ready(Records records, Context& out) {
  connect();
  if (reader_) return;
  try {
    learn_table(records, out);
  } catch (const Poco::Exception& e) {
    throw classify(settings_.url.database, During::kWorking, e);
  }
}

void SqlSink::learn_table(Records records, Context& out) {
  auto schema = read_schema(connection_.session(), connection_.dialect(), settings_.table, settings_.key);
  if (!schema) schema = create_table(records);
  if (schema) plan(*schema, out);
}

/// None when the columns are to be derived from records, and none of these gives any.
std::optional<TableSchema> SqlSink::create_table(Records records) {
  std::vector<Dialect::NewColumn> columns = settings_.new_columns;
  if (settings_.create == Settings::Create::kNo) {
    misconfigured("no_table",
                  "there is no table '" + settings_.table + "', or the user has no right to see it");
  }
  if (settings_.create == Settings::Create::kDerived) {
    columns = derive_columns(connection_.dialect(), records, settings_.key);
    if (columns.empty()) return std::nullopt;
  }
  connection_.session() << connection_.dialect().create_table(settings_.table, columns, settings_.key),
      Poco::Data::Keywords::now;
  auto schema = read_schema(connection_.session(), connection_.dialect(), settings_.table, settings_.key);
  if (!schema)
    misconfigured("no_table", "the table '" + settings_.table + "' was created, but cannot be seen");
  return schema;
}

void SqlSink::plan(const TableSchema& schema, Context& out) {
  check_key(schema, out);
  if (in_transactions()) check_transactional(schema);
  const auto in_key = [this](const std::string& name) {
    return std::find(settings_.key.begin(), settings_.key.end(), name) != settings_.key.end();
  };
  std::vector<Source> sources;
  for (const Column& column : schema.columns) {
    if (settings_.columns.empty()) sources.push_back({column, {}, column.name, in_key(column.name)});
  }
  for (const auto& [name, path] : settings_.columns) {
    const Column* column = schema.find(name);
    if (column == nullptr) {
      misconfigured("no_column", "the table '" + settings_.table + "' has no column '" + name + "' (it has " +
                                     columns_of(schema) + ")");
    }
    const bool plain = path.place() == FieldPath::Place::kValue && path.steps().size() == 1 &&
                       !path.steps().front().by_index;
    sources.push_back({*column, path, plain ? path.steps().front().name : "", in_key(name)});
  }
  for (const auto& warning : schema.warnings) out.warn(settings_.table + ": " + warning);
  table_.emplace(sources.size());
  reader_.emplace(settings_.url.database, std::move(sources), settings_.others);
}

void SqlSink::check_key(const TableSchema& schema, Context& out) const {
  for (const auto& name : settings_.key) {
    if (schema.find(name) == nullptr) {
      misconfigured("no_column", "the table '" + settings_.table + "' has no column '" + name +
                                     "', which `key` names (it has " + columns_of(schema) + ")");
    }
  }
  if (settings_.url.database != Database::kMySql || settings_.mode == Mode::kInsert || settings_.key.empty())
    return;
  // The others check this themselves; MySQL would add the same rows again and again.
  std::vector<std::string> key = settings_.key;
  std::sort(key.begin(), key.end());
  bool found = false;
  for (const auto& unique : schema.unique_keys) {
    if (unique == key) {
      found = true;
    } else {
      out.warn(settings_.table + ": beside the key there is a unique index of (" + listed(unique) +
               "): a record that meets a row there changes that row");
    }
  }
  if (!found) {
    misconfigured("no_unique_key", "the table '" + settings_.table +
                                       "' has neither a primary key nor a unique index of (" +
                                       listed(settings_.key) + "), so nothing would ever be updated");
  }
}

void SqlSink::read_rows(Records records, Refused& refused) {
  record_of_row_.clear();
  if (!reader_) {  // there is no table yet, and these records give it no columns
    RowTable none(0);
    none.reset(records.size());
    RowReader reader(settings_.url.database, {}, RowReader::Others::kCount);
    for (std::size_t i = 0; i < records.size(); ++i) {
      reader.read(records[i], none);
      refused.emplace_back(i, reader.problem());
    }
    return;
  }
  table_->reset(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (reader_->read(records[i], *table_)) {
      record_of_row_.push_back(i);
    } else {
      refused.emplace_back(i, reader_->problem());
    }
  }
  std::vector<std::string> names;
  for (const std::size_t source : reader_->active()) names.push_back(reader_->sources()[source].column.name);
  writer_.set_columns(reader_->active(), std::move(names));
}

SqlSink::Refused SqlSink::write_rows() {
  Refused refused;
  if (record_of_row_.empty()) return refused;
  if (in_transactions()) begin();
  for (auto& row : in_transactions() ? writer_.add(*table_) : writer_.write(*table_)) {
    refused.push_back({row.row, {std::move(row.code), std::move(row.message)}});
  }
  if (in_transactions() && !refused.empty()) role_->transaction.expect_open();
  if (in_transactions()) role_->transaction.wrote();
  return refused;
}

void SqlSink::count_unknown(Context& out) {
  if (!reader_) return;
  const std::uint64_t count = reader_->take_unknown();
  if (count == 0) return;
  out.counter("unknown_fields").add(count);
  if (unknown_told_) return;
  unknown_told_ = true;
  out.info("fields that are no column of '" + settings_.table +
           "' are left out: " + listed(reader_->unknown_names()));
}

}  // namespace weir::sql
