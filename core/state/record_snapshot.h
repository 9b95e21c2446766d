// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <functional>
#include <string_view>

#include "state/owned_records.h"
#include "state/snapshot.h"

namespace weir {

/// Finds the job's origin of that name again.
using FindOrigin =
    std::function<const weir_origin*(std::string_view source, std::string_view name, std::int32_t partition)>;

/// An origin, or NULL for none.
void save_origin(SnapshotWriter& to, const weir_origin* origin);
const weir_origin* load_origin(SnapshotReader& from, const FindOrigin& origins);

/// Writes a record with all that belongs to it.
void save_record(SnapshotWriter& to, const weir_record& record);

/// Reads a record and puts it behind the others.
void load_record(SnapshotReader& from, const FindOrigin& origins, OwnedRecords& into);

}  // namespace weir
