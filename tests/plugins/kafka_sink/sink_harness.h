// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/testing.h>

#include <string>

#include "sinks/kafka/kafka_sink.h"

namespace weir::kafka {

using SinkHarness = weir::testing::Harness<KafkaSink>;

inline std::string sink_options(const std::string& brokers, const std::string& topic,
                                const nlohmann::json& more = {}) {
  nlohmann::json options{{"brokers", {brokers}}, {"topic", topic}};
  if (!more.is_null()) options.update(more);
  return options.dump();
}

/// A record with a key.
inline weir::testing::Item keyed(const std::string& key, const std::string& value) {
  weir::testing::Item item(value);
  item.key = key;
  return item;
}

/// What the call threw; throws when it threw nothing.
template <class F>
weir::testing::PluginError error_of(F&& call) {
  try {
    call();
  } catch (const weir::testing::PluginError& e) {
    return e;
  }
  throw std::runtime_error("nothing was thrown");
}

}  // namespace weir::kafka
