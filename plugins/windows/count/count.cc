// SPDX-License-Identifier: Apache-2.0
#include "count.h"

#include <cstdint>
#include <numeric>
#include <string>

namespace weir::count {
namespace {

/// A sliding window with `aggregate` is made of count / gcd(count, slide) accumulators a key.
constexpr std::int64_t kMostPanes = 1000;

}  // namespace

void Count::describe(Descriptor& d) {
  d.name("count")
      .summary("Windows of so many records, by key or not: groups, or objects with aggregate.")
      .example("last_ten: {plugin: count, from: prices, key: share, count: 10, slide: 1}")
      .port("out", Item::kGroups, "The records of each window; records with `aggregate`.")
      .stateful();
  d.option("count", Type::kInteger, "How many records a window has.")
      .shapes_state()
      .required()
      .at_least(1)
      .at_most(1e9);
  d.option("slide", Type::kInteger, "After how many records the next window leaves; by default `count`.")
      .shapes_state()
      .at_least(1)
      .at_most(1e9);
  windowing::declare_aggregate(d);
  windowing::declare_limit(d);
}

PortList Count::ports(const Options& options) {
  return windowing::window_ports(options, false);
}

Count::Count(const Options& options) : EndlessWindows(options, rules(options)) {}

windowing::EndlessWindows::Rules Count::rules(const Options& options) {
  const std::int64_t count = options.integer("count");
  const std::int64_t slide = options.has("slide") ? options.integer("slide") : count;
  if (slide > count) {
    throw OptionError("/slide", "it must be at most `count` (" + std::to_string(count) + "): with " +
                                    std::to_string(slide) + " some records would belong to no window");
  }
  Rules rules;
  rules.trigger.count = slide;
  rules.trigger.purging = slide == count;
  if (slide == count) return rules;
  rules.keep = static_cast<std::size_t>(count - slide);
  if (!options.has("aggregate")) return rules;
  rules.pane = std::gcd(count, slide);
  const std::int64_t panes = count / rules.pane;
  if (panes > kMostPanes) {
    throw OptionError("/slide", "with `aggregate` each key would need " + std::to_string(panes) +
                                    " accumulators, at most " + std::to_string(kMostPanes) +
                                    " are kept: take a `slide` that divides `count`, and is larger");
  }
  rules.panes = static_cast<std::size_t>(panes);
  return rules;
}

}  // namespace weir::count
