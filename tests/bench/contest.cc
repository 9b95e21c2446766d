// SPDX-License-Identifier: Apache-2.0
#include "contest.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace weir::bench {
namespace {

std::string number(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

/// What is kept of all runs of one side.
struct Side {
  std::vector<double> rate, cpu;
  long peak_kib = 0;

  void add(const Usage& usage, double records) {
    rate.push_back(records / usage.wall / 1000);
    cpu.push_back(usage.cpu);
    peak_kib = std::max(peak_kib, usage.peak_kib);
  }
  std::string cpu_text() const { return number(spread_of(cpu).median, 2) + " s"; }
  std::string peak_text() const { return number(static_cast<double>(peak_kib) / 1024, 1) + " MiB"; }
};

}  // namespace

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

std::string to_text(const Spread& spread, int decimals) {
  return number(spread.median, decimals) + " (" + number(spread.min, decimals) + " to " +
         number(spread.max, decimals) + ")";
}

void print_contest_head(const std::string& rival) {
  std::cout << "| job | of the " << rival << ", by time | by CPU time | Weir, 1000 records/s | " << rival
            << ", 1000 records/s | CPU, Weir and " << rival << " | most memory, Weir and " << rival
            << " |\n|---|---|---|---|---|---|---|" << std::endl;
}

void hold(const Contest& contest, int runs) {
  contest.weir();
  contest.limit();
  Side weir, limit;
  std::vector<double> by_time, by_cpu;
  for (int run = 0; run < runs; ++run) {
    const Usage a = contest.weir();
    const Usage b = contest.limit();
    weir.add(a, contest.records);
    limit.add(b, contest.records);
    by_time.push_back(b.wall / a.wall);
    by_cpu.push_back(b.cpu / a.cpu);
  }
  std::cout << "| " << contest.name << " | " << to_text(spread_of(by_time), 2) << " | "
            << to_text(spread_of(by_cpu), 2) << " | " << to_text(spread_of(weir.rate), 1) << " | "
            << to_text(spread_of(limit.rate), 1) << " | " << weir.cpu_text() << ", " << limit.cpu_text()
            << " | " << weir.peak_text() << ", " << limit.peak_text() << " |" << std::endl;
}

}  // namespace weir::bench
