// SPDX-License-Identifier: Apache-2.0
#include "sliding.h"

namespace weir::sliding {

void Sliding::describe(Descriptor& d) {
  d.name("sliding")
      .summary("Windows of one size that begin every `slide` and overlap: groups, or objects with aggregate.")
      .example(
          "last_hour: {plugin: sliding, from: orders, key: customer, size: 1h, slide: 1m, aggregate: "
          "[{function: count}]}")
      .port("out", Item::kGroups, "The records of each key and window; records with `aggregate`.")
      .port("late", Item::kRecords,
            "Records whose windows are all over (`late`); with report_partly_late also those of which some "
            "are (`partly_late`).")
      .port("between", Item::kRecords, "Only with a slide above the size: records that no window holds.")
      .stateful();
  d.option("size", Type::kDuration, "How long a window is.")
      .shapes_state()
      .required()
      .at_least(1)
      .at_most(9e15);
  d.option("slide", Type::kDuration, "From the start of one window to that of the next.")
      .shapes_state()
      .required()
      .at_least(1)
      .at_most(9e15);
  windowing::declare_zone(d);
  windowing::declare_time(d);
  windowing::declare_lateness(d);
  d.option("report_partly_late", Type::kBool,
           "Records that are too late for some of their windows leave by `late` as well.")
      .default_value("false");
  windowing::declare_trigger(d, true, true);
  windowing::declare_evict(d, true);
  windowing::declare_aggregate(d);
  windowing::declare_limit(d);
}

PortList Sliding::ports(const Options& options) {
  PortList ports = windowing::window_ports(options, true);
  if (options.duration("slide") > options.duration("size"))
    ports.add("between", Item::kRecords, "Records that no window holds.");
  return ports;
}

Sliding::Sliding(const Options& options)
    : TimeWindows(options, options.duration("size").count(), options.duration("slide").count()) {}

}  // namespace weir::sliding
