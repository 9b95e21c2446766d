// SPDX-License-Identifier: Apache-2.0
#include "sql_client/postgresql.h"

#include "sql_client/error_class.h"

#include <dlfcn.h>

namespace weir::sql {
namespace {

/// Found by the run path of the plugin that this is part of. It stays loaded.
const PostgreSql* load(std::string& why) {
  constexpr char kLibrary[] = "weir_postgresql.so";
  constexpr char kEntry[] = "weir_postgresql";
  using Entry = const PostgreSql* (*)();
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  void* const entry = library == nullptr ? nullptr : ::dlsym(library, kEntry);
  if (entry != nullptr) return reinterpret_cast<Entry>(entry)();
  const char* const error = ::dlerror();
  why = error == nullptr ? kLibrary : error;
  return nullptr;
}

}  // namespace

const PostgreSql& postgresql() {
  static std::string why;
  static const PostgreSql* const loaded = load(why);
  if (loaded == nullptr) {
    throw SqlError(ErrorKind::kConfiguration, "postgresql",
                   "the client library for PostgreSQL cannot be loaded: " + why);
  }
  return *loaded;
}

void check(const std::optional<PostgreSqlProblem>& problem) {
  if (problem) throw postgresql_error(problem->state, problem->words, problem->detail);
}

}  // namespace weir::sql
