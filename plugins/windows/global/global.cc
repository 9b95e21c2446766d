// SPDX-License-Identifier: Apache-2.0
#include "global.h"

#include "windowing/option_sense.h"

namespace weir::global {

void Global::describe(Descriptor& d) {
  d.name("global")
      .summary(
          "One window a key that never ends; results leave by trigger: groups, or objects with aggregate.")
      .example(
          "totals: {plugin: global, from: orders, key: customer, trigger: {every: 1m}, aggregate: "
          "[{function: sum, field: amount}]}")
      .port("out", Item::kGroups, "The records of each key; records with `aggregate`.")
      .stateful();
  windowing::declare_time(d);
  windowing::declare_trigger(d, false, true);
  windowing::declare_evict(d);
  windowing::declare_aggregate(d);
  windowing::declare_limit(d);
}

PortList Global::ports(const Options& options) {
  return windowing::window_ports(options, false);
}

std::string Global::misfits(const Options& options, Surroundings around) {
  const bool by_time = windowing::read_trigger(options).every != 0;
  return by_time ? windowing::misfits_in_time(options, around) : std::string();
}

Global::Global(const Options& options) : EndlessWindows(options, rules(options)) {}

windowing::EndlessWindows::Rules Global::rules(const Options& options) {
  Rules rules;
  rules.trigger = windowing::read_trigger(options);
  rules.event_time = windowing::read_time(options).event_time;
  windowing::check_purging(rules.trigger, 0, false);
  windowing::check_behind(options, rules.trigger, 0);
  windowing::check_kept(options, rules.trigger);
  if (!rules.event_time && rules.trigger.every == 0) {
    throw OptionError(
        "/time",
        "it says by which time `every` goes, and there is none: give `trigger: {every: 10s}`, or "
        "leave it out");
  }
  return rules;
}

}  // namespace weir::global
