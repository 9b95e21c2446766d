// SPDX-License-Identifier: Apache-2.0
//
// A set of texts as bytes: a table of slots by hash, then the texts. Nothing of it depends on the process, so
// it may be saved and read by another one of this kind of machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::aggregates {
class GrownBytes;
}

namespace weir::aggregates::distinct {

/// No bytes are the empty set.
std::uint64_t count(std::string_view set);

/// How many bytes more it will have after add(); 0 where it has the text.
std::size_t growth(std::string_view set, std::string_view text);

void add(GrownBytes& set, std::string_view text);

/// Adds all texts of `other`, which stands elsewhere.
void merge(GrownBytes& set, std::string_view other);

}  // namespace weir::aggregates::distinct
