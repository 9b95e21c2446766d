// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/descriptor.h>
#include <weir/options.h>
#include <weir/record.h>

#include <cstdint>

namespace weir::join {

/// How much a join keeps of both its inputs, against `max_bytes`. It is counted by sizes alone, about as the
/// host needs memory for it, so that the same input comes to the limit at the same record, after a restart
/// too. One thread.
class KeptBytes {
 public:
  static void describe(Descriptor& d);
  explicit KeptBytes(const Options& options);

  /// Throws OptionError where there is no room for the smallest record, which is kept `times` times in places
  /// that take `place` bytes each.
  void check_limit(std::int64_t place, std::int64_t times) const;
  /// Counts what is kept after a restart.
  void open(Context& context);

  /// What a record takes, beside its place.
  static std::int64_t of(const Record& record);
  /// What is kept of a key takes beside its records and their places.
  static std::int64_t of_key(weir_slice key);

  bool fits(std::int64_t more) const { return bytes_ <= max_bytes_ - more; }
  /// Whether something is kept of the current key.
  bool knows_key(const Context& out) const;
  /// The record leaves by the error port, since it does not fit.
  void refuse(const Record& record, Context& out);
  /// So much more, or less, is kept of the current key.
  void add(Context& out, std::int64_t bytes);
  void take(Context& out, std::int64_t bytes);

 private:
  const std::int64_t max_bytes_;
  std::int64_t bytes_ = 0;
  weir_state* keys_ = nullptr;  ///< how much is kept of a key
  Counter full_;
};

}  // namespace weir::join
