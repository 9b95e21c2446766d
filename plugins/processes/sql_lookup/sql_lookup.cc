// SPDX-License-Identifier: Apache-2.0
#include "sql_lookup.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sql_client/client_options.h"
#include "sql_client/error_class.h"

namespace weir::sql_lookup {
namespace {

QueryTemplate query_of(const Options& options) {
  return {options.string("query"), "/query"};
}

std::vector<std::string> key_columns_of(const Options& options) {
  const QueryTemplate query = query_of(options);
  if (!query.has_keys()) {
    for (const char* name : {"key_columns", "match"}) {
      if (options.has(name)) {
        throw OptionError("/" + std::string(name),
                          "it belongs to a query with {{keys}}, and this one has none");
      }
    }
    return {};
  }
  if (!options.has("key_columns") || options.strings("key_columns").empty()) {
    throw OptionError("/query",
                      "{{keys}} needs `key_columns`: the columns of the rows that hold a key, by which "
                      "rows are joined to records");
  }
  return options.strings("key_columns");
}

std::vector<FieldPath> match_of(const Options& options) {
  const auto columns = key_columns_of(options);
  if (columns.empty()) return query_of(options).fields();
  const char* const from = options.has("match") ? "match" : "key_columns";
  const auto texts = options.strings(from);
  if (texts.size() != columns.size()) {
    throw OptionError("/match", "it names " + std::to_string(texts.size()) + " fields, and `key_columns` " +
                                    std::to_string(columns.size()) + " columns; expected one field for each");
  }
  std::vector<FieldPath> match;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    match.push_back(FieldPath::parse(texts[i], "/" + std::string(from) + "/" + std::to_string(i)));
  }
  return match;
}

Asker::Settings settings_of(const Options& options) {
  const bool many = query_of(options).has_keys();
  return {sql::read_url(options), query_of(options), key_columns_of(options),
          many ? static_cast<std::size_t>(options.integer("batch")) : 1, sql::read_retry(options)};
}

RowCache::Settings cache_of(const Options& options) {
  RowCache::Settings settings;
  if (!options.has("cache")) return settings;
  const Options cache = options.object("cache");
  settings.time = cache.duration("time");
  settings.missing = std::min(cache.duration("missing"), settings.time);
  settings.bytes = cache.size("size");
  return settings;
}

}  // namespace

void SqlLookup::describe(Descriptor& d) {
  d.name("sql_lookup")
      .summary("Looks records up by a SQL query, many keys in one, and joins its rows to them.")
      .example(
          "customers:\n"
          "  plugin: sql_lookup\n"
          "  from: orders\n"
          "  url: \"postgresql://app:${DB_PASSWORD}@db.example.com/shop\"\n"
          "  query: SELECT id, name, city FROM customer WHERE id IN ({{keys}})\n"
          "  key_columns: id\n"
          "  match: order.customer\n"
          "  cache: {time: 10m}\n")
      .port("out", Item::kRecords, "Each record joined with its row.")
      .port("not_found", Item::kRecords, "Records that the database has no row for, unchanged.")
      .blocks()
      .concurrent();
  sql::describe_url(d);
  d.option("query", Type::kString,
           "A SELECT. {{keys}} stands for the keys of many records, as in WHERE id IN ({{keys}}); or each "
           "{{path}} "
           "for that field of the record, and each record is asked for alone. Both become parameters of a "
           "prepared "
           "statement: they stand where values do, without quotes.")
      .required();
  d.option("key_columns", Type::kStringList,
           "With {{keys}}: the columns of the query's rows that hold the key, in the order in which they "
           "stand before "
           "IN.");
  d.option(
      "match", Type::kStringList,
      "With {{keys}}: the fields of a record that hold its key, one for each of `key_columns`; fields of the "
      "same names if not given.");
  d.option("batch", Type::kInteger, "The most keys in one query.")
      .default_value("100")
      .at_least(1)
      .at_most(10'000);
  d.option(
       "several", Type::kChoice,
       "What becomes of a record that the query has several rows for: it goes to `error`, is joined with the "
       "`first`, or with the `list` of all.")
      .choices({"error", "first", "list"})
      .default_value("error");
  lookup::Joined::describe(d);
  auto& cache = d.option("cache", Type::kObject,
                         "Answers that are kept, for all workers of the stage; if not given, none are.");
  cache.field("time", Type::kDuration, "How long a row counts.").required().at_least(1);
  cache
      .field("missing", Type::kDuration,
             "How long it counts that there is no row, though no longer than `time`; 0s: not at all.")
      .default_value("1m")
      .at_least(0);
  cache.field("size", Type::kSize, "What the answers may take; what was asked for longest ago goes first.")
      .default_value("64MiB")
      .at_least(1024);
  sql::describe_retry(d);
}

SqlLookup::Shared::Shared(const Options& options) : cache(cache_of(options)) {}

SqlLookup::SqlLookup(const Options& options, Shared& shared)
    : database_(sql::read_url(options).database),
      query_(query_of(options)),
      match_(match_of(options)),
      several_(options.string("several") == "first"  ? Several::kFirst
               : options.string("several") == "list" ? Several::kList
                                                     : Several::kError),
      joined_(options),
      asker_(settings_of(options)),
      cache_(shared.cache) {
  if (several_ == Several::kList && options.string("join") == "merge") {
    throw OptionError("/several",
                      "a list of rows cannot be merged into a record; expected join: nest or replace");
  }
}

void SqlLookup::start(Context& context) {
  hits_ = context.counter("cache_hits");
  asker_.start(context);
}

void SqlLookup::look_up(Records records, Context& out) {
  batch_.start(records);
  keys_.clear();
  asking_.clear();
  const auto now = out.now();
  for (std::size_t i = 0; i < records.size(); ++i) add(i, records[i], now);
  for (std::size_t begin = 0; begin < asking_.size(); begin += asker_.most_keys()) {
    lookup::ask_and_bisect(
        begin, std::min(begin + asker_.most_keys(), asking_.size()),
        [&](std::size_t from, std::size_t to) { return ask(from, to, out); },
        [&](std::size_t i) {
          batch_.fail_keys(asking_[i], asking_[i] + 1, Port::kError, refusal_code_, refusal_);
        });
  }
  for (std::size_t key = 0; key < keys_.size(); ++key) take(key, out);
  batch_.emit(out, kNotFound, "not_found", "the query has no row for this record");
}

void SqlLookup::add(std::size_t record, const Record& from, std::chrono::milliseconds now) {
  reader_.read(from);
  if (const auto why = read_key(match_, reader_, database_, key_)) {
    return batch_.fail(record, Port::kError, why->code, why->message);
  }
  if (!batch_.add(record, key_.text)) return;
  std::shared_ptr<const Rows> known = cache_.is_used() ? cache_.find(key_.text, now) : nullptr;
  known == nullptr ? asking_.push_back(keys_.size()) : hits_.add();
  keys_.push_back({std::move(key_.values), std::move(known)});
}

lookup::Asked SqlLookup::ask(std::size_t begin, std::size_t end, Context& out) {
  values_.clear();
  for (std::size_t i = begin; i < end; ++i) values_.push_back(keys_[asking_[i]].values);
  std::vector<FoundRow> found;
  try {
    found = asker_.ask(values_, out);
  } catch (const sql::SqlError& e) {
    refusal_code_ = e.code();
    refusal_ = e.what();
    return lookup::Asked::kBad;
  }
  std::vector<std::shared_ptr<Rows>> rows(end - begin);
  for (auto& list : rows) list = std::make_shared<Rows>();
  for (auto& row : found) {
    const std::size_t first = asking_[begin], last = asking_[end - 1];
    const std::size_t key = query_.has_keys() ? batch_.find(first, last + 1, row.key) : first;
    if (key == last + 1) continue;  // the database compares otherwise than we do: see the README
    const auto at = std::lower_bound(asking_.begin(), asking_.end(), key);
    if (at == asking_.end() || *at != key) continue;
    rows[static_cast<std::size_t>(at - asking_.begin()) - begin]->push_back(std::move(row.row));
  }
  const auto now = out.now();
  for (std::size_t i = begin; i < end; ++i) {
    keys_[asking_[i]].rows = rows[i - begin];
    if (cache_.is_used()) cache_.put(batch_.key(asking_[i]), rows[i - begin], now);
  }
  return lookup::Asked::kGood;
}

void SqlLookup::take(std::size_t key, Context& out) {
  const auto& rows = keys_[key].rows;
  if (rows == nullptr || rows->empty()) return;  // it has failed, or it was not found
  if (rows->size() > 1 && several_ == Several::kError) {
    return batch_.fail_keys(
        key, key + 1, Port::kError, "several_rows",
        "the query has " + std::to_string(rows->size()) +
            " rows for this record, expected one; several: first takes the first of them, "
            "several: list all");
  }
  std::optional<RowText> list;
  if (several_ == Several::kList) list.emplace(*rows);
  const std::string_view row = list ? list->json() : rows->front().json();
  batch_.each_record(key, [&](std::size_t record, const Record& from) {
    if (const auto why = joined_.write(from.bytes(), row, joined_text_)) {
      batch_.fail(record, Port::kError, "not_joined", *why);
    } else {
      batch_.answer(record, kOut, out.with_value(from, joined_text_));
    }
  });
}

}  // namespace weir::sql_lookup
