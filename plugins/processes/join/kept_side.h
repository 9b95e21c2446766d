// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/record.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kept_bytes.h"
#include "pair_output.h"

namespace weir::join {

/// The records of one input that may still find partners, by the stage's current key and their time. The
/// records themselves stand in the host's lists, one for each key and time, so that they keep origin and
/// bytes. Which times there are stands in a state, in spans of time, so that looking for those of an interval
/// costs what stands in and beside it, not all that is kept of the key.
///
/// Records of one key and time have the same partners: they are matched, or not, together.
class KeptSide {
 public:
  struct Moment {
    std::int64_t time = 0;
    bool matched = false;
    std::int64_t bytes = 0;  ///< what its records take, with their place
  };

  /// `span`: milliseconds, above 0.
  KeptSide(Side side, std::int64_t span, KeptBytes& kept) : side_(side), span_(span), kept_(kept) {}

  /// What a time of a key takes beside its records.
  static std::int64_t moment_bytes(weir_slice key);

  void open(Context& context);
  /// Whether there is room for one more record.
  bool has_room(const Context& out, const Record& record) const;
  void add(Context& out, const Record& record, bool matched);
  /// The times from `first` to `last`, both included, in order.
  std::vector<Moment> find(const Context& out, std::int64_t first, std::int64_t last) const;
  /// Those of one time, in the order in which they came; valid until forget() of it.
  Records records(const Context& out, std::int64_t time) const;
  void set_matched(Context& out, const Moment& moment);
  void forget(Context& out, const Moment& moment);

 private:
  std::int64_t span_of(std::int64_t time) const;
  /// What is noted of a time; absent where nothing is kept of it.
  weir_slice note_of(const Context& out, std::int64_t time) const;
  void put(Context& out, const Moment& moment);
  /// Both sides share the lists of the stage.
  std::int64_t list_of(std::int64_t time) const { return time * 2 + static_cast<std::int64_t>(side_); }

  const Side side_;
  const std::int64_t span_;
  KeptBytes& kept_;
  weir_state* times_ = nullptr;
};

}  // namespace weir::join
