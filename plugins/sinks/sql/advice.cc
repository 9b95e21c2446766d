// SPDX-License-Identifier: Apache-2.0
#include "advice.h"

#include <string_view>

#include "sql_client/connection_advice.h"

namespace weir::sql {
namespace {

std::string what_to_do(const SqlError& error, const Settings& settings) {
  const std::string_view code = error.code();
  const std::string_view words = error.what();
  const auto has = [words](std::string_view part) { return words.find(part) != std::string_view::npos; };
  if (std::string of_connection = connection_advice(error); !of_connection.empty()) return of_connection;
  if (is_missing_right(error) && has("weir_checkpoint")) {
    return "the user needs the rights SELECT, INSERT, UPDATE and DELETE on the table weir_checkpoint, and "
           "CREATE "
           "until it is there";
  }
  if (is_missing_right(error)) return "the user needs the rights SELECT, INSERT and UPDATE on the table";
  if (is_missing_table(error)) {
    return settings.create == Settings::Create::kNo ? "create it, or set create_table: true for a first try"
                                                    : "start the pipeline again, and it is created anew";
  }
  if (code == "no_unique_key" || has("no unique or exclusion constraint") ||
      has("does not match any PRIMARY KEY or UNIQUE constraint")) {
    return "give the table a primary key or a unique index of exactly the columns in `key`";
  }
  if (is_missing_column(error)) {
    return "the table's columns have changed: correct the table or `columns`, and start the pipeline again";
  }
  if (code == "no_column") return "correct `key` or `columns`, or add the column to the table";
  if (code == "sqlite:8") return "this user must be allowed to write the file and its folder";
  return "put this right and start the pipeline again; no position was committed behind the failing records";
}

}  // namespace

std::string advice(const SqlError& error, const Settings& settings) {
  return settings.url.label() + ": " + error.what() + "; " + what_to_do(error, settings);
}

}  // namespace weir::sql
