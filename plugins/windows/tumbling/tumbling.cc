// SPDX-License-Identifier: Apache-2.0
#include "tumbling.h"

namespace weir::tumbling {

void Tumbling::describe(Descriptor& d) {
  d.name("tumbling")
      .summary(
          "Windows of one size that follow one another: groups, or one JSON object a key with aggregate.")
      .example(
          "per_hour: {plugin: tumbling, from: orders, key: customer, size: 1h, aggregate: [{function: sum, "
          "field: amount}]}")
      .port("out", Item::kGroups, "The records of each key and window; records with `aggregate`.")
      .port("late", Item::kRecords, "Records whose window is over (`late`).")
      .stateful();
  d.option("size", Type::kDuration, "How long a window is.")
      .shapes_state()
      .required()
      .at_least(1)
      .at_most(9e15);
  windowing::declare_zone(d);
  windowing::declare_time(d);
  windowing::declare_lateness(d);
  windowing::declare_trigger(d, true, true);
  windowing::declare_evict(d);
  windowing::declare_aggregate(d);
  windowing::declare_limit(d);
}

PortList Tumbling::ports(const Options& options) {
  return windowing::window_ports(options, true);
}

Tumbling::Tumbling(const Options& options)
    : TimeWindows(options, options.duration("size").count(), options.duration("size").count()) {}

}  // namespace weir::tumbling
