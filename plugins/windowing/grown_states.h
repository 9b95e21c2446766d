// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "aggregates/grown.h"
#include "windowing/aggregate_fields.h"
#include "windowing/ordered_values.h"

namespace weir::windowing {

/// The accumulators of windows that grow with what is added: each stands in a state of its own, by key and
/// number. Calls that change them return how many bytes more there are then.
class GrownStates {
 public:
  /// `aggregate` outlives this. `in_pieces`: several numbers make up a result, which goes by arrival where
  /// order counts.
  GrownStates(const AggregateFields& aggregate, bool in_pieces)
      : aggregate_(aggregate), in_pieces_(in_pieces) {}

  /// Of one of them: what the host can keep as one value.
  static constexpr std::int64_t kMostBytes = (std::int64_t{1} << 30) - 1;

  void open(Context& c);
  bool none() const { return aggregate_.grown().empty(); }

  /// How many bytes they have.
  std::int64_t size(const Context& c, weir_slice key, std::int64_t number) const;
  /// Those of all keys; after a restart, before anything else.
  std::int64_t find_all(const Context& c, std::int64_t number);
  /// How many bytes more there will be after add(); nothing where one would be larger than kMostBytes.
  std::optional<std::int64_t> growth(const Context& c, weir_slice key, std::int64_t number) const;
  /// Adds what `aggregate` has read.
  std::int64_t add(const Context& c, weir_slice key, std::int64_t number);
  /// Puts what `from` holds, which is later, behind what `into` holds. `from` stays.
  std::int64_t merge(const Context& c, weir_slice key, std::int64_t from, std::int64_t into) const;
  void forget(const Context& c, weir_slice key, std::int64_t number) const;
  std::int64_t forget_all(const Context& c, std::int64_t number) const;

  /// What these numbers hold together: by the place in grown(), valid until the next call.
  std::span<const std::string_view> together(const Context& c, weir_slice key,
                                             std::span<const std::int64_t> numbers);

 private:
  std::string_view held(const Context& c, std::size_t i, weir_slice key, std::int64_t number) const;

  bool by_arrival(std::size_t i) const { return in_pieces_ && ordered::counts(aggregate_.function(i)); }

  const AggregateFields& aggregate_;
  const bool in_pieces_;
  std::int64_t arrivals_ = 0;  ///< records so far; counted on after a restart
  std::vector<weir_state*> states_;
  std::vector<aggregates::OwnBytes> merged_;
  std::vector<std::string_view> views_;
};

}  // namespace weir::windowing
