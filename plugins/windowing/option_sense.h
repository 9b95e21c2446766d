// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/options.h>

#include <cstdint>

#include "windowing/window_options.h"

namespace weir::windowing {

// Options of windows that would have no effect beside others: each function throws OptionError, with what to
// write.

/// `purging` of windows that leave once: those whose time no lateness follows, with nothing that makes
/// results leave before. `may_be_late`: the option `allowed_lateness` would help.
void check_purging(const TriggerOptions& trigger, std::int64_t lateness, bool may_be_late);

/// Of windows of one size, in milliseconds: `every` that is no shorter than one, and an evictor that leaves
/// out nothing. `exact`: records of a window are never further apart than `size`.
void check_size(const Options& options, const TriggerOptions& trigger, std::int64_t size, bool exact);

/// `evict: {when: after}` where nothing comes after a result.
void check_behind(const Options& options, const TriggerOptions& trigger, std::int64_t lateness);

/// `keep_last` of results that have no more than the `count` records since the last one. Not for windows that
/// merge, of which one may have the records of several.
void check_kept(const Options& options, const TriggerOptions& trigger);

/// A `max_bytes` with no room for what the smallest record takes, with all that comes with it.
void check_room(std::int64_t least, std::int64_t max_bytes);

}  // namespace weir::windowing
