// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/json_field.h>

#include <limits>
#include <optional>
#include <utility>

#include "windowing/window_options.h"

namespace weir::windowing {

/// The number as a double; nothing for any other value.
inline std::optional<double> number_of(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::kInteger:
      return static_cast<double>(value.integer);
    case JsonValue::Kind::kNatural:
      return static_cast<double>(value.natural);
    case JsonValue::Kind::kReal:
      return value.real;
    default:
      return std::nullopt;
  }
}

/// A trigger by how far a field has moved from where it was when the trigger last fired, or from a window's
/// first record (Flink's delta trigger). Used by one thread.
class Change {
 public:
  /// Where a window has no number yet.
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  explicit Change(std::optional<DeltaOptions> options) : options_(std::move(options)) {}

  /// Reads the field of the record at hand. False when it is no number; the record has then left by the error
  /// port. A field that is missing or null counts for nothing.
  bool read(const Record& record, Context& out);
  /// Whether the record at hand fires, where the number was `from`, which is moved then.
  bool fires(double& from) const;

 private:
  const std::optional<DeltaOptions> options_;
  JsonReader reader_;
  std::optional<double> number_;
};

}  // namespace weir::windowing
