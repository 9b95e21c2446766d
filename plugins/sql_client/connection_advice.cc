// SPDX-License-Identifier: Apache-2.0
#include "sql_client/connection_advice.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace weir::sql {
namespace {

bool has(const SqlError& error, std::string_view part) {
  return std::string_view(error.what()).find(part) != std::string_view::npos;
}

bool is(const SqlError& error, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), error.code()) != codes.end();
}

}  // namespace

std::string connection_advice(const SqlError& error) {
  const bool of_postgresql = error.code() == "postgresql";
  if (is(error, {"mysql:1045", "mysql:1698", "postgresql:28P01", "postgresql:28000"}) ||
      (of_postgresql &&
       (has(error, "authentication failed") || has(error, "password") || has(error, "role")))) {
    return "check the user and the password in `url`";
  }
  if (is(error, {"mysql:1130"}) || has(error, "pg_hba.conf")) {
    return "let this machine connect, on the database's side";
  }
  if (is(error, {"mysql:1049", "mysql:1044", "postgresql:3D000"}) ||
      (of_postgresql && has(error, "database \""))) {
    return "create the database and give the user rights on it, or correct `url`";
  }
  if (is(error, {"sqlite:14"})) {
    return "the file's folder must be there, and this user must be allowed to write in it";
  }
  return {};
}

bool is_missing_table(const SqlError& error) {
  return is(error, {"no_table", "mysql:1146", "postgresql:42P01"}) || has(error, "no such table") ||
         (has(error, "relation") && has(error, "does not exist"));
}

bool is_missing_right(const SqlError& error) {
  return is(error, {"mysql:1142", "mysql:1143", "mysql:1370", "postgresql:42501"}) ||
         has(error, "permission denied");
}

bool is_missing_column(const SqlError& error) {
  return is(error, {"mysql:1054", "postgresql:42703"}) || has(error, "no column named") ||
         has(error, "no such column");
}

}  // namespace weir::sql
