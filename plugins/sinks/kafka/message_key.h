// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/options.h>
#include <weir/record.h>

#include <optional>
#include <string>

namespace weir::kafka {

/// Where a message's key comes from: the option `key`, a field path, or else the record's own key.
class MessageKey {
 public:
  /// Throws OptionError when the path is not one.
  explicit MessageKey(const Options& options) {
    if (options.has("key")) path_ = FieldPath::parse(options.string("key"), "/key");
  }

  /// Valid until the next call. Text as it is, numbers and nested values as they stand in the JSON. Throws
  /// Failure "missing_key" when there is nothing, or null, in the place, and "bad_json" when the value is no
  /// JSON.
  weir_slice of(const Record& record);

 private:
  std::optional<FieldPath> path_;
  JsonReader reader_;
};

}  // namespace weir::kafka
