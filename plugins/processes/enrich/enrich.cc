// SPDX-License-Identifier: Apache-2.0
#include "enrich.h"

#include <weir/json_string.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace weir::enrich {
namespace {

using Kind = JsonValue::Kind;

FieldPath path_of(const Options& options, const std::string& name) {
  return FieldPath::parse(options.string(name), "/" + name);
}

std::optional<conditions::Condition> deletes_of(const Options& options) {
  if (!options.has("delete")) return std::nullopt;
  return std::optional<conditions::Condition>(std::in_place, options.tree("delete"), "/delete");
}

}  // namespace

void Enrich::describe(Descriptor& d) {
  d.name("enrich")
      .summary("Joins to each record the row of its key, from a stream of rows.")
      .example("named: {plugin: enrich, from: {data: orders, rows: customers}, match: customer_id}")
      .stateful()
      .input("data", "Records, whose values are JSON.")
      .input("rows", "Rows: each replaces the one of the same key. All tasks see them.", Item::kRecords, true)
      .port("out", Item::kRecords, "Each record joined with its row.")
      .port("unmatched", Item::kRecords, "Records that there is no row for, unchanged.");
  d.option("match", Type::kString,
           "Where a record of `data` holds the key of its row: customer.id, $key, $header.NAME.")
      .required();
  d.option("row_key", Type::kString, "Where a record of `rows` holds the key.").default_value("$key");
  d.option("row", Type::kString, "Where a record of `rows` holds the row; the whole value if not given.")
      .default_value("$");
  d.option(
      "delete", Type::kAny,
      "A condition, as at `filter`: a record of `rows` for which it holds deletes the row. A record without "
      "value, and a row that is null, always do.");
  d.option("wait", Type::kDuration,
           "How long a record waits for its row, when that is not there yet, in processing time.")
      .default_value("0s")
      .at_least(0);
  lookup::Joined::describe(d);
}

std::string Enrich::takes(const Options& options, std::uint32_t input) {
  const std::string field = path_of(options, input == kData ? "match" : "row_key").first_field();
  nlohmann::json schema = nlohmann::json::object();
  // A record of `data` gets the row's fields, or the row as a field; a row stands where `row` says.
  if (!field.empty() || (input == kData && options.string("join") != "replace")) schema["type"] = "object";
  if (!field.empty()) schema["required"] = {field};
  return schema.empty() ? "" : schema.dump();
}

Enrich::Enrich(const Options& options)
    : match_(path_of(options, "match")),
      row_key_(path_of(options, "row_key")),
      row_(path_of(options, "row")),
      deletes_(deletes_of(options)),
      rows_are_objects_(options.string("join") == "merge"),
      wait_(options.duration("wait")),
      joined_(options) {}

void Enrich::start(Context& context) {
  rows_.open(context);
  waiting_.open(context);
}

void Enrich::process_input(std::uint32_t input, const Record& record, Context& out) {
  reader_.read(record);
  input == kData ? look_up(record, out) : take_row(record, out);
}

void Enrich::look_up(const Record& record, Context& out) {
  const std::string key = key_of(match_, record);
  if (const auto row = rows_.get(out, key)) return join(record, *row, out);
  if (wait_.count() == 0) return out.emit(kUnmatched, record);
  waiting_.add(out, key, record, (out.now() + wait_).count());
}

void Enrich::take_row(const Record& record, Context& out) {
  std::string key;
  std::optional<std::string> row;
  try {
    key = key_of(row_key_, record);
    row = row_of(record);
  } catch (const Failure&) {
    if (out.place().task == 0) throw;  // all tasks find that out, and it leaves once
    return;
  }
  if (!row) return rows_.erase(out, key);
  rows_.put(out, key, *row);
  waiting_.release(out, key, [&](const Record& waited) {
    try {
      join(waited, *row, out);
    } catch (const Failure& e) {
      out.fail(Port::kError, waited, e.code(), e.what());
    }
  });
}

std::optional<std::string> Enrich::row_of(const Record& record) {
  if (!record.has_value()) return std::nullopt;
  if (deletes_) {
    const auto verdict = deletes_->test(record, reader_);
    if (verdict == conditions::Verdict::kYes) return std::nullopt;
  }
  const JsonValue& row = reader_.find(row_);
  switch (row.kind) {
    case Kind::kNotJson:
      throw Failure("bad_json", "the row is not JSON: " + std::string(reader_.error()));
    case Kind::kMissing:
    case Kind::kNull:
      return std::nullopt;
    case Kind::kObject:
      return std::string(row.text);
    default:
      break;
  }
  if (rows_are_objects_) {
    throw Failure("bad_row", "expected an object to merge into records, found " + std::string(row.what()) +
                                 "; join: nest takes any row");
  }
  return row.kind == Kind::kString ? json_string(row.text) : std::string(row.text);
}

std::string Enrich::key_of(const FieldPath& path, const Record& record) {
  const JsonValue& key = reader_.find(path);
  if (key.kind == Kind::kNotJson) {
    throw Failure("bad_json", "the value is not JSON: " + std::string(reader_.error()));
  }
  if (key.kind != Kind::kString && key.kind != Kind::kBool && !key.is_number()) {
    throw Failure("no_key", "expected a string, a number or a boolean at '" + path.text() + "', found " +
                                (record.has_value() || path.place() != FieldPath::Place::kValue
                                     ? std::string(key.what())
                                     : "a record without value"));
  }
  return std::string(key.text);
}

void Enrich::join(const Record& record, std::string_view row, Context& out) {
  padded_row_.assign(row);
  padded_row_.append(WEIR_PADDING, ' ');  // it is read in place
  const std::string_view text(padded_row_.data(), row.size());
  if (const auto why = joined_.write(record.bytes(), text, joined_text_)) throw Failure("not_joined", *why);
  out.emit(kOut, out.with_value(record, joined_text_));
}

void Enrich::on_timer(const weir_timer& timer, Context& out) {
  waiting_.release(out, view(timer.key), timer.time,
                   [&](const Record& record) { out.emit(kUnmatched, record); });
}

void Enrich::finish(Context& out) {
  for (const auto& key : waiting_.keys(out)) {
    waiting_.release(out, key, [&](const Record& record) { out.emit(kUnmatched, record); });
  }
}

}  // namespace weir::enrich
