// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "cases.h"
#include "contest.h"
#include "support/temp_dir.h"

namespace weir::bench {
namespace {

constexpr double kRecords = 10'000'000;
constexpr std::array<int, 4> kStages = {1, 3, 5, 9};

/// generator -> `stages` times pass -> discard. The records have 200 bytes.
std::string pipeline(std::uint64_t records, int stages, bool each) {
  std::string text =
      "pipeline: bench-hop\nsources:\n  s0: {plugin: generator, count: " + std::to_string(records) +
      ", template: '" + std::string(200, 'x') + "'}\nprocesses:\n";
  for (int i = 1; i <= stages; ++i) {
    text += "  s" + std::to_string(i) + ": {plugin: pass, from: s" + std::to_string(i - 1) +
            ", each: " + (each ? "true" : "false") + "}\n";
  }
  return text + "sinks:\n  end: {plugin: discard, from: s" + std::to_string(stages) + "}\n";
}

/// The slope of the line that lies nearest to the points.
double slope(const std::vector<double>& y) {
  double mean_x = 0, mean_y = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    mean_x += kStages[i] / static_cast<double>(y.size());
    mean_y += y[i] / static_cast<double>(y.size());
  }
  double above = 0, below = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    above += (kStages[i] - mean_x) * (y[i] - mean_y);
    below += (kStages[i] - mean_x) * (kStages[i] - mean_x);
  }
  return above / below;
}

void measure(const Settings& settings, bool each) {
  const support::TempDir folder("weir-bench-hop");
  const auto records = static_cast<std::uint64_t>(kRecords * settings.scale);
  std::vector<double> by_time, by_cpu;
  for (int run = 0; run < settings.runs; ++run) {
    std::vector<double> time, cpu;
    for (const int stages : kStages) {
      const auto file = folder.write("hop.yaml", pipeline(records, stages, each));
      const Usage usage = run_measured(etl_run(file, {}));
      time.push_back(usage.wall * 1e9 / static_cast<double>(records));
      cpu.push_back(usage.cpu * 1e9 / static_cast<double>(records));
    }
    by_time.push_back(slope(time));
    by_cpu.push_back(slope(cpu));
  }
  std::cout << "| " << (each ? "record by record" : "a batch at a time") << " | "
            << to_text(spread_of(by_time), 1) << " ns | " << to_text(spread_of(by_cpu), 1) << " ns |"
            << std::endl;
}

}  // namespace

void hop_case(const Settings& settings) {
  std::cout << "\n| a hop between stages, for a record | by time | by CPU time |\n|---|---|---|" << std::endl;
  measure(settings, false);
  measure(settings, true);
}

}  // namespace weir::bench
