// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

inline std::string_view view(weir_slice s) {
  return {s.data, s.size};
}

/// The slice of `s`; present even when `s` is empty.
inline weir_slice slice(std::string_view s) {
  return {s.data() != nullptr ? s.data() : "", s.size()};
}

/// The absent slice: no key, no value.
inline constexpr weir_slice kAbsent{nullptr, 0};

/// Immutable bytes with a key, headers, an event time and an origin.
///
/// A Record is a view: it is valid during the call that handed it out. What must outlive the call goes
/// through Kept, or into one of the host's lists. It may be copied freely and emitted again as it is.
struct Record : weir_record {
  Record() : weir_record{} {
    position = -1;
    event_time = WEIR_NO_TIME;
  }
  Record(const weir_record& r) : weir_record(r) {}  // NOLINT(google-explicit-constructor): the same thing

  /// The payload; WEIR_PADDING readable bytes stand behind it. Empty for a tombstone, see has_value().
  std::string_view bytes() const { return view(value); }
  bool has_value() const { return value.data != nullptr; }

  std::optional<std::string_view> key_bytes() const {
    return key.data == nullptr ? std::nullopt : std::optional(view(key));
  }

  std::span<const weir_header> header_list() const { return {headers, header_count}; }

  /// The last header of that name, as in Kafka's clients.
  std::optional<std::string_view> header(std::string_view name) const {
    for (std::uint32_t i = header_count; i-- > 0;) {
      if (view(headers[i].name) == name) return view(headers[i].value);
    }
    return std::nullopt;
  }

  bool has_time() const { return event_time != WEIR_NO_TIME; }
};
static_assert(sizeof(Record) == sizeof(weir_record), "arrays of records cross the boundary as they are");

/// Records in a row, as they cross the boundary.
using Records = std::span<const Record>;

inline Records records_of(const weir_record* first, std::size_t count) {
  return {static_cast<const Record*>(first), count};
}

/// Records on their way into a stage, with their keys where the stage has a `key:`.
struct Batch : weir_batch {
  Records items() const { return records_of(records, count); }
  /// The stage's key of item i; absent where the stage is not keyed.
  weir_slice key(std::size_t i) const { return keys == nullptr ? kAbsent : keys[i]; }
};
static_assert(sizeof(Batch) == sizeof(weir_batch));

/// The list of records that a window gathered, with its key and bounds.
struct Group : weir_group {
  Records items() const { return records_of(records, weir_group::count); }
};
static_assert(sizeof(Group) == sizeof(weir_group));

}  // namespace weir
