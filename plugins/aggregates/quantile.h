// SPDX-License-Identifier: Apache-2.0
//
// Quantiles of any number of numbers in bounded memory, as bytes.
//
// Up to kExact numbers are kept as they are. More are counted in bins whose bounds grow by a constant factor,
// so that each is known to kPrecision of itself: DDSketch (Masson, Rim, Lee: DDSketch, a fast and
// fully-mergeable quantile sketch with relative-error guarantees, PVLDB 12, 2019). When more than kMostBins
// of them would be needed, each two neighbours become one: the uniform collapse of UDDSketch (Epicoco, Melle,
// Cafaro, Pulimeno, Morleo, IEEE Access 8, 2020), which doubles about what a number may be off.
//
// What stands here depends only on which numbers were added: not on their order, nor on how they were added
// in parts and merged. So a result is the same with any number of tasks, batches and restarts.
#pragma once

#include <weir/json_value.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::aggregates {
class GrownBytes;
}

namespace weir::aggregates::quantile {

inline constexpr std::size_t kExact = 128;
inline constexpr double kPrecision = 0.005;
inline constexpr std::size_t kMostBins = 2048;

/// How many bytes more, at most, it will have after add().
std::size_t growth(std::string_view sketch, const JsonValue& number);

/// No bytes are a sketch of nothing. `number` is one: JsonValue::is_number().
void add(GrownBytes& sketch, const JsonValue& number);

/// Adds all numbers of `other`, which stands elsewhere.
void merge(GrownBytes& sketch, std::string_view other);

/// Appends the number below which the part `q` of the numbers lies, `null` when there are none. Between two
/// neighbours a line is drawn, as by percentile_cont in SQL (ISO 9075). The smallest and the greatest are
/// exact.
void append_result(double q, std::string_view sketch, std::string& json);

}  // namespace weir::aggregates::quantile
