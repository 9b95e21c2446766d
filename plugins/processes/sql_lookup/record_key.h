// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/field_path.h>
#include <weir/json_field.h>

#include <optional>
#include <string>
#include <vector>

#include "asker.h"

namespace weir::sql_lookup {

/// What a record asks for.
struct RecordKey {
  Key values;
  std::string text;  ///< by which it is compared with those of rows and of other records
};

/// Why it cannot ask.
struct NoKey {
  std::string code, message;
};

/// Reads the values of `fields`; all must be strings, numbers or booleans. `reader` has the record. Nothing
/// when `key` was filled.
std::optional<NoKey> read_key(const std::vector<FieldPath>& fields, JsonReader& reader,
                              sql::Database database, RecordKey& key);

}  // namespace weir::sql_lookup
