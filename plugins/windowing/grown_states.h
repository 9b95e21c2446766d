// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "aggregates/grown.h"
#include "windowing/aggregate_fields.h"

namespace weir::windowing {

/// The accumulators of windows that grow with what is added: each stands in a state of its own, by key and
/// number. Calls that change them return how many bytes more there are then.
class GrownStates {
 public:
  /// `aggregate` outlives this.
  explicit GrownStates(const AggregateFields& aggregate) : aggregate_(aggregate) {}

  void open(Context& c);
  bool none() const { return aggregate_.grown().empty(); }

  /// How many bytes they have.
  std::int64_t size(const Context& c, weir_slice key, std::int64_t number) const;
  /// Those of all keys.
  std::int64_t size_of_all(const Context& c, std::int64_t number) const;
  /// How many bytes more there will be after add().
  std::int64_t growth(const Context& c, weir_slice key, std::int64_t number) const;
  /// Adds what `aggregate` has read.
  std::int64_t add(const Context& c, weir_slice key, std::int64_t number) const;
  /// Puts what `from` holds, which is later, behind what `into` holds. `from` stays.
  std::int64_t merge(const Context& c, weir_slice key, std::int64_t from, std::int64_t into) const;
  void forget(const Context& c, weir_slice key, std::int64_t number) const;
  std::int64_t forget_all(const Context& c, std::int64_t number) const;

  /// What these numbers hold together, the earliest first: by the place in grown(), valid until the next
  /// call.
  std::span<const std::string_view> together(const Context& c, weir_slice key,
                                             std::span<const std::int64_t> numbers);

 private:
  std::string_view held(const Context& c, std::size_t i, weir_slice key, std::int64_t number) const;

  const AggregateFields& aggregate_;
  std::vector<weir_state*> states_;
  std::vector<aggregates::OwnBytes> merged_;
  std::vector<std::string_view> views_;
};

}  // namespace weir::windowing
