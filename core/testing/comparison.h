// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "testing/sample.h"
#include "testing/test_case.h"

namespace weir {

/// How what came differs from what was expected, for people; empty when it does not. One line an item, in the
/// order of both: "  " as expected, "- " expected and not there, "+ " there and not expected.
///
/// A record is compared in value, key, headers, time and code, where what is not written must be absent;
/// message, attempts, origin, partition and position count only when written. With `values:` only the value
/// counts, with `partial` only what is written, and of a JSON value only the members that are. A written
/// value that is a map, list, number or boolean means any bytes that are the same JSON; a text means exactly
/// these bytes. A group is compared in key and records, and in its bounds where they are written.
/// With `any_order` the order of items does not count, nor does that of the records of a group.
std::string difference(const ExpectStep& expected, const std::vector<Sample>& came, bool any_order = false);

/// Leaves out records of these sources that came before, the same in every way.
std::vector<Sample> without_repeats(std::vector<Sample> came, const std::set<std::string>& sources);

/// An item on one line, as a test file would write it.
std::string to_text(const Sample& sample);

}  // namespace weir
