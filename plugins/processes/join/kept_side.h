// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/record.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::join {

/// The records of one input that may still find partners, by the stage's current key and their time. They are
/// kept in spans of time, so that looking for those of an interval costs what stands in and beside it, not
/// all that is kept of the key. Field of the map: time and number, in an order that bytes have too.
class KeptSide {
 public:
  struct Entry {
    std::int64_t time = 0;
    std::string field;  ///< its place in the state
    std::string bytes;  ///< matched or not; key, headers and value of the record
    bool matched() const { return bytes[0] != 0; }
    /// The record with that time; its bytes are copied into the context's memory. No origin.
    Record record(Context& out, std::int64_t event_time) const;
    std::string_view value() const;
  };

  /// `span`: milliseconds, above 0.
  KeptSide(std::string name, std::int64_t span) : name_(std::move(name)), span_(span) {}

  void open(Context& context);
  void add(Context& out, const Record& record, bool matched);
  /// Those with times from `first` to `last`, both included, in order of time and arrival.
  std::vector<Entry> find(const Context& out, std::int64_t first, std::int64_t last) const;
  void set_matched(Context& out, Entry& entry);
  void erase(Context& out, const Entry& entry);

 private:
  std::int64_t span_of(std::int64_t time) const;

  const std::string name_;
  const std::int64_t span_;
  weir_state* state_ = nullptr;
  std::uint64_t next_number_ = 0;
};

}  // namespace weir::join
