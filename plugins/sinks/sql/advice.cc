// SPDX-License-Identifier: Apache-2.0
#include "advice.h"

#include <initializer_list>
#include <string_view>

namespace weir::sql {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string what_to_do(const SqlError& error, const Settings& settings) {
  const std::string_view code = error.code();
  const std::string_view words = error.what();
  const auto is = [code](std::initializer_list<std::string_view> codes) {
    for (const auto c : codes) {
      if (c == code) return true;
    }
    return false;
  };
  if (is({"mysql:1045", "mysql:1698", "postgresql:28P01", "postgresql:28000"}) ||
      (code == "postgresql" &&
       (has(words, "authentication failed") || has(words, "password") || has(words, "role")))) {
    return "check the user and the password in `url`";
  }
  if (is({"mysql:1130"}) || has(words, "pg_hba.conf"))
    return "let this machine connect, on the database's side";
  if (is({"mysql:1049", "mysql:1044", "postgresql:3D000"}) ||
      (code == "postgresql" && has(words, "database \""))) {
    return "create the database and give the user rights on it, or correct `url`";
  }
  if (is({"mysql:1142", "mysql:1143", "mysql:1370", "postgresql:42501"}) || has(words, "permission denied")) {
    return "the user needs the rights SELECT, INSERT and UPDATE on the table";
  }
  if (is({"no_table", "mysql:1146", "postgresql:42P01"}) || has(words, "no such table") ||
      (has(words, "relation") && has(words, "does not exist"))) {
    return settings.create == Settings::Create::kNo ? "create it, or set create_table: true for a first try"
                                                    : "start the pipeline again, and it is created anew";
  }
  if (code == "no_unique_key" || has(words, "no unique or exclusion constraint") ||
      has(words, "does not match any PRIMARY KEY or UNIQUE constraint")) {
    return "give the table a primary key or a unique index of exactly the columns in `key`";
  }
  if (is({"mysql:1054", "postgresql:42703"}) || has(words, "no column named") ||
      has(words, "no such column")) {
    return "the table's columns have changed: correct the table or `columns`, and start the pipeline again";
  }
  if (code == "no_column") return "correct `key` or `columns`, or add the column to the table";
  if (code == "sqlite:14")
    return "the file's folder must be there, and this user must be allowed to write in it";
  if (code == "sqlite:8") return "this user must be allowed to write the file and its folder";
  return "put this right and start the pipeline again; no position was committed behind the failing records";
}

}  // namespace

std::string advice(const SqlError& error, const Settings& settings) {
  return settings.url.label() + ": " + error.what() + "; " + what_to_do(error, settings);
}

}  // namespace weir::sql
