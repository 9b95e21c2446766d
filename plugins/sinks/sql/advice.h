// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "settings.h"
#include "sql_client/error_class.h"

#include <string>

namespace weir::sql {

/// For an error that a person has to put right: where it happened, the database's words, and what to do.
/// Holds neither user nor password beyond what the database itself says.
std::string advice(const SqlError& error, const Settings& settings);

}  // namespace weir::sql
