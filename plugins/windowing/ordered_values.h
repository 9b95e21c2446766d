// SPDX-License-Identifier: Apache-2.0
//
// Accumulators of first, last and list in pieces of time of which several make up one result: each value has
// the number of its arrival, so that the result goes by arrival, not by the order of the pieces. Such an
// accumulator is a row of entries: the arrival, a size, the value as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "aggregates/function.h"
#include "aggregates/grown.h"

namespace weir::windowing::ordered {

/// Whether the order of what was added counts.
bool counts(aggregates::Function function);
/// How many bytes more there will be after add().
std::size_t growth(aggregates::Function function, std::string_view held, std::size_t json);
/// `arrival` is above all before it.
void add(aggregates::Function function, aggregates::GrownBytes& to, std::int64_t arrival,
         std::string_view json);
/// The last arrival; 0 where there is none.
std::int64_t latest(std::string_view held);
/// Makes of all of them an accumulator as the aggregates have it.
void put_together(aggregates::Function function, std::span<const std::string_view> held,
                  aggregates::GrownBytes& to);

}  // namespace weir::windowing::ordered
