// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/options.h>

#include <string>
#include <string_view>
#include <vector>

#include "kafka_client/handles.h"

namespace weir::kafka {

/// One property of librdkafka.
struct Property {
  std::string name, value;
};

/// A property that the pipeline file may not set, because an option or a promise of the plugin stands on it.
struct Reserved {
  std::string_view name;
  std::string_view instead;  ///< what to do instead: "use the option 'group'"
};

/// The client's configuration: `own` first, then the option `properties`, which wins over it.
///
/// Throws OptionError that points at the property that is unknown (with the nearest name), reserved or
/// refused by librdkafka. A value that may be a secret is never part of a message.
Configuration make_configuration(const std::vector<Property>& own, const Options& options,
                                 const std::vector<Reserved>& reserved);

/// The option `brokers` as librdkafka wants it: "a:9092,b:9092". Throws OptionError when it is empty.
std::string broker_list(const Options& options);

}  // namespace weir::kafka
