// SPDX-License-Identifier: Apache-2.0
#include "windowing/change.h"

#include <cmath>
#include <string>

namespace weir::windowing {

bool Change::read(const Record& record, Context& out) {
  if (!options_) return true;
  reader_.read(record);
  const JsonValue& value = reader_.find(options_->field);
  number_ = number_of(value);
  if (number_ || value.kind == JsonValue::Kind::kMissing || value.kind == JsonValue::Kind::kNull) return true;
  if (value.kind == JsonValue::Kind::kNotJson) {
    out.fail(Port::kError, record, "bad_json", "the record is no JSON: " + std::string(value.text));
  } else {
    out.fail(
        Port::kError, record, "not_a_number",
        "the field '" + options_->field.text() + "' is " + std::string(value.what()) + "; expected a number");
  }
  return false;
}

bool Change::fires(double& from) const {
  if (!options_ || !number_) return false;
  const bool far = std::fabs(*number_ - from) > options_->bound;
  if (far || std::isnan(from)) from = *number_;
  return far;
}

}  // namespace weir::windowing
