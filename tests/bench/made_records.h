// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace weir::bench {

/// The same records for the same seed: JSON objects of about 200 bytes, orders of a shop. `status` is "paid"
/// in half of them, in no order, and stands in the middle.
class MadeRecords {
 public:
  explicit MadeRecords(std::uint64_t seed) : state_(seed) {}

  /// The next one, without a newline. Valid until the next call.
  const std::string& next();
  /// How many of those made so far are "paid".
  std::uint64_t paid() const { return paid_; }

 private:
  std::uint64_t random();

  std::uint64_t state_;
  std::uint64_t number_ = 0;
  std::uint64_t paid_ = 0;
  std::string text_;
};

}  // namespace weir::bench
