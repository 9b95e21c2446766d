// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "measured_run.h"

namespace weir::bench {

/// The middle of several measurements, and how far they lie apart.
struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};
/// Of at least one value.
Spread spread_of(std::vector<double> values);
/// "0.93 (0.91 to 0.95)", with so many decimals.
std::string to_text(const Spread& spread, int decimals);

/// One job, done by etl-run and by its limit program (or another pipeline) in turn.
struct Contest {
  std::string name;
  double records = 0;           ///< of one run
  std::function<Usage()> weir;  ///< each runs the job once and throws when the outcome is wrong
  std::function<Usage()> limit;
};

/// Runs both once without counting, then `runs` times in turn, and prints a row of the table. The ratio is
/// taken of each pair of neighbours: the limit's time over Weir's.
void hold(const Contest& contest, int runs);
/// The head of that table. `rival`: what Weir is measured against.
void print_contest_head(const std::string& rival);

}  // namespace weir::bench
