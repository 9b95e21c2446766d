// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/dialect.h"

#include <weir/record.h>

#include <string>
#include <vector>

namespace weir::sql {

/// The columns of a table that takes these records: one for each top-level field, in the order of appearance,
/// with a type that takes every value met. Values that are no JSON objects are passed over. Throws SqlError
/// where a field of the key does not appear.
std::vector<Dialect::NewColumn> derive_columns(const Dialect& dialect, Records records,
                                               const std::vector<std::string>& key);

}  // namespace weir::sql
