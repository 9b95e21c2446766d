// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/message_key.h"

#include <weir/stage.h>

namespace weir::kafka {

weir_slice MessageKey::of(const Record& record) {
  if (!path_) return record.key;
  reader_.read(record);
  const JsonValue& found = reader_.find(*path_);
  switch (found.kind) {
    case JsonValue::Kind::kMissing:
    case JsonValue::Kind::kNull:
      throw Failure("missing_key",
                    "the record has no '" + path_->text() + "', which is to be the message's key");
    case JsonValue::Kind::kNotJson:
      throw Failure("bad_json",
                    "no key can be read from '" + path_->text() + "': " + std::string(reader_.error()));
    default:
      return slice(found.text);
  }
}

}  // namespace weir::kafka
