// SPDX-License-Identifier: Apache-2.0
#include "windowing/option_sense.h"

#include <string>

namespace weir::windowing {

void check_purging(const TriggerOptions& trigger, std::int64_t lateness, bool may_be_late) {
  if (!trigger.purging || trigger.early() || lateness != 0) return;
  throw OptionError("/trigger/mode", "each window leaves once, so that nothing is there to purge: give " +
                                         std::string(may_be_late ? "`count`, `every` or `allowed_lateness`"
                                                                 : "`count` or `every`") +
                                         ", or leave it out");
}

void check_size(const Options& options, const TriggerOptions& trigger, std::int64_t size, bool exact) {
  if (trigger.every >= size) {
    throw OptionError("/trigger/every", "it must be shorter than a window, which is of " +
                                            std::to_string(size) +
                                            " ms and leaves at its end anyway: give less, or leave it out");
  }
  if (exact && read_evict(options).keep_newest >= size) {
    throw OptionError("/evict/keep_newest",
                      "no record of a window of " + std::to_string(size) +
                          " ms is so much older than another, so that none is left out: "
                          "give less, or leave it out");
  }
}

void check_behind(const Options& options, const TriggerOptions& trigger, std::int64_t lateness) {
  if (!read_evict(options).behind) return;
  if (trigger.purging)
    throw OptionError("/evict/when", "with `mode: purging` nothing stays after a result: leave it out");
  if (!trigger.early() && lateness == 0) {
    throw OptionError(
        "/evict/when",
        "each window leaves once, so that nothing comes after its result: leave it out, or say in "
        "`trigger` what makes results leave before");
  }
}

void check_kept(const Options& options, const TriggerOptions& trigger) {
  const std::int64_t keep_last = read_evict(options).keep_last;
  if (!trigger.purging || trigger.count == 0 || keep_last < trigger.count) return;
  throw OptionError("/evict/keep_last", "no result has more than the " + std::to_string(trigger.count) +
                                            " records of `count`, so that none is left out: keep fewer, or "
                                            "leave it out");
}

void check_room(std::int64_t least, std::int64_t max_bytes) {
  if (least <= max_bytes) return;
  throw OptionError("/max_bytes", "it has no room for one record: the smallest takes " +
                                      std::to_string(least) +
                                      " bytes here, with its window and timers; give more, or leave it out "
                                      "(1GiB)");
}

}  // namespace weir::windowing
