// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "cases.h"
#include "windows_run.h"

namespace weir::bench {
namespace {

constexpr std::int64_t kHour = 3'600'000;

/// Jobs of which each has more keys or more open windows than the one before, and else the same to do.
struct Row {
  const char* name;
  WindowJob job;
  bool first;  ///< what follows is measured by it
};

const Row kRows[] = {
    {"tumbling, 1,000 keys", {"tumbling", 5e6, 1'000, 2 * kHour}, true},
    {"tumbling, 100,000 keys", {"tumbling", 5e6, 100'000, 2 * kHour}, false},
    {"tumbling, 1,000,000 keys", {"tumbling", 5e6, 1'000'000, 2 * kHour}, false},
    // So few keys that the results, of which there are more with each slide, hardly count.
    {"sliding, 2 slides", {"sliding", 5e6, 100, 2 * kHour, kHour / 2}, true},
    {"sliding, 60 slides", {"sliding", 5e6, 100, 2 * kHour, kHour / 60}, false},
    {"sliding, 720 slides", {"sliding", 5e6, 100, 2 * kHour, kHour / 720}, false},
    // A key's records have the same gaps, so there are as many results; the sessions that are open at a time
    // are about six of ten keys.
    {"session, 100 keys", {"session", 5e6, 100, 600'000'000}, true},
    {"session, 10,000 keys", {"session", 5e6, 10'000, 6'000'000}, false},
    {"session, 1,000,000 keys", {"session", 5e6, 1'000'000, 60'000}, false},
};

/// Nanoseconds of CPU time for a record, the best of the runs: what else runs on the machine only adds.
template <class F>
double cost(int runs, double records, F&& run) {
  double least = std::numeric_limits<double>::max();
  for (int i = 0; i < runs; ++i) least = std::min(least, run().cpu);
  return least / records * 1e9;
}

}  // namespace

void growth_case(const Settings& settings) {
  std::cout
      << "| job | Weir, ns a record | limit, ns a record | Weir, of the first row | limit, of the first "
         "row |\n|---|---|---|---|---|"
      << std::endl;
  double first_weir = 0, first_limit = 0;
  for (const Row& row : kRows) {
    WindowRun run(row.job, settings.scale);
    const double weir = cost(settings.runs, run.records(), [&] { return run.weir(); });
    const double limit = cost(settings.runs, run.records(), [&] { return run.limit(); });
    if (row.first) first_weir = weir, first_limit = limit;
    char figures[128];
    std::snprintf(figures, sizeof figures, "%.0f | %.0f | %.2f | %.2f", weir, limit, weir / first_weir,
                  limit / first_limit);
    std::cout << "| " << row.name << " | " << figures << " |" << std::endl;
  }
}

}  // namespace weir::bench
