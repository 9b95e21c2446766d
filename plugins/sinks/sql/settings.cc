// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sql_client/client_options.h"

namespace weir::sql {
namespace {

void check_name(const std::string& name, const std::string& pointer, const char* what) {
  if (name.empty()) throw OptionError(pointer, std::string("the name of a ") + what + " is empty");
  if (name.find('\0') != std::string::npos) {
    throw OptionError(pointer, std::string("the name of a ") + what + " has a NUL character in it");
  }
}

/// The JSON pointer of an entry of a map.
std::string entry_of(const std::string& map, const std::string& name) {
  return (nlohmann::json::json_pointer(map) / name).to_string();
}

}  // namespace

void Settings::describe(Descriptor& d) {
  describe_url(d);
  d.option("table", Type::kString, "The table, or schema.table.").required();
  d.option(
      "key", Type::kStringList,
      "The columns that tell rows apart. In the table they must be its primary key or have a unique index.");
  d.option("mode", Type::kChoice,
           "What happens to a record whose key is in the table already: 'insert' makes it an error of that "
           "record, "
           "'upsert' puts the record's values in the row's place, 'ignore' keeps the row. Unless given, "
           "'upsert' with "
           "a key and 'insert' without.")
      .choices({"insert", "upsert", "ignore"});
  d.option("columns", Type::kStringMap,
           "Column: field. The field is a path such as user.city, items[0].id, $key or $header.NAME. Unless "
           "given, "
           "each field goes to the column of its name.");
  d.option("create_table", Type::kAny,
           "For a first try: creates the table if there is none. A map of column to SQL type, or true to "
           "derive the "
           "columns from the first records.");
  d.option("unknown_fields", Type::kChoice,
           "What happens with a field that is no column of the table: 'ignore' counts it and says so once, "
           "'error' "
           "sends the record to the error port. Without effect when `columns` is given.")
      .default_value("ignore")
      .choices({"ignore", "error"});
  d.option("rows", Type::kInteger, "Rows in one statement, as far as the database's limits allow.")
      .default_value("100")
      .at_least(1)
      .at_most(65535);
  describe_retry(d);
}

Settings::Settings(const Options& options)
    : url(read_url(options)),
      table(options.string("table")),
      rows(static_cast<std::size_t>(options.integer("rows"))),
      retry(read_retry(options)) {
  check_name(table, "/table", "table");
  if (options.has("key")) key = options.strings("key");
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::string pointer = "/key/" + std::to_string(i);
    check_name(key[i], pointer, "column");
    if (std::find(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(i), key[i]) !=
        key.begin() + static_cast<std::ptrdiff_t>(i)) {
      throw OptionError(pointer, "the column '" + key[i] + "' stands twice in the key");
    }
  }
  mode = key.empty() ? Mode::kInsert : Mode::kUpsert;
  if (options.has("mode")) {
    const std::string name = options.string("mode");
    mode = name == "insert" ? Mode::kInsert : name == "upsert" ? Mode::kUpsert : Mode::kIgnore;
    if (mode == Mode::kUpsert && key.empty()) {
      throw OptionError("/mode", "'upsert' needs a key: name the columns that tell rows apart, key: [id]");
    }
  }
  if (options.has("unknown_fields") && options.string("unknown_fields") == "error") {
    others = RowReader::Others::kRefuse;
  }
  if (options.has("columns")) read_columns(options);
  if (options.has("create_table")) read_create_table(options);
}

std::string Settings::takes() const {
  nlohmann::json schema = {{"type", "object"}};
  for (const auto& name : key) {
    if (columns.empty()) schema["required"].push_back(name);
    for (const auto& [column, path] : columns) {
      if (column == name && !path.first_field().empty()) schema["required"].push_back(path.first_field());
    }
  }
  // What goes into columns may stand in key and headers, or be the value as a whole.
  return columns.empty() || schema.contains("required") ? schema.dump() : "";
}

void Settings::read_columns(const Options& options) {
  others = RowReader::Others::kPass;
  for (const auto& [column, path] : options.string_map("columns")) {
    const std::string pointer = entry_of("/columns", column);
    check_name(column, pointer, "column");
    columns.emplace_back(column, FieldPath::parse(path, pointer));
  }
  if (columns.empty())
    throw OptionError("/columns", "the map is empty: leave it out, or name the columns to write");
  for (std::size_t i = 0; i < key.size(); ++i) {
    const bool there =
        std::any_of(columns.begin(), columns.end(), [&](const auto& entry) { return entry.first == key[i]; });
    if (!there) {
      throw OptionError("/key/" + std::to_string(i),
                        "the key column '" + key[i] + "' is not among `columns`");
    }
  }
}

void Settings::read_create_table(const Options& options) {
  const auto& tree = options.tree("create_table");
  // As texts too: the value of a variable, whose ${...} stands in quotes in YAML's flow style.
  if (tree == false || tree == "false") return;
  if (tree == true || tree == "true") {
    if (!columns.empty()) {
      throw OptionError(
          "/create_table",
          "with `columns` the types cannot be derived: give them, create_table: {column: type}");
    }
    create = Create::kDerived;
    return;
  }
  if (!tree.is_object() || tree.empty()) {
    throw OptionError("/create_table", "expected true, false, or a map of column to SQL type");
  }
  create = Create::kGiven;
  for (const auto& [column, type] : tree.items()) {
    const std::string pointer = entry_of("/create_table", column);
    check_name(column, pointer, "column");
    if (!type.is_string() || type.get<std::string>().empty()) {
      throw OptionError(pointer, "expected an SQL type such as VARCHAR(100), BIGINT or DOUBLE");
    }
    new_columns.push_back({column, type.get<std::string>()});
  }
  const auto created = [this](const std::string& name) {
    return std::any_of(new_columns.begin(), new_columns.end(), [&](const auto& c) { return c.name == name; });
  };
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (!created(key[i])) {
      throw OptionError("/key/" + std::to_string(i),
                        "the key column '" + key[i] + "' is not among `create_table`");
    }
  }
  for (const auto& [column, path] : columns) {
    if (!created(column)) {
      throw OptionError(entry_of("/columns", column),
                        "the column '" + column + "' is not among `create_table`");
    }
  }
}

}  // namespace weir::sql
