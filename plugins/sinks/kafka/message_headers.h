// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/record.h>

#include <map>
#include <string>

#include "kafka_client/handles.h"

namespace weir::kafka {

/// Which headers a message gets.
struct HeaderRules {
  bool keep;                               ///< those of the record, byte for byte
  std::map<std::string, std::string> add;  ///< then these
};

/// The headers of the message for `record`: its own, those of the rules, and for a record that has failed
/// what is known of the failure, named weir.*. Empty when there is none.
Headers headers_for(const Record& record, const HeaderRules& rules);

}  // namespace weir::kafka
