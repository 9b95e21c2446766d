// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>
#include <vector>

#include "cases.h"
#include "contest.h"
#include "made_records.h"
#include "support/temp_dir.h"

namespace weir::bench {
namespace {

constexpr int kRecords = 1000;
constexpr int kMoreRuns = 6;  // these are short

}  // namespace

void start_case(const Settings& settings) {
  const support::TempDir folder("weir-bench-start");
  MadeRecords records(1);
  std::string lines;
  for (int i = 0; i < kRecords; ++i) lines += records.next() + "\n";
  const auto input = folder.write("records.ndjson", lines);
  const Command command =
      etl_run(std::filesystem::path(WEIR_BENCH_PIPELINES) / "start.yaml", {{"INPUT", input.string()}});
  run_measured(command);
  std::vector<double> first, all;
  for (int run = 0; run < settings.runs * kMoreRuns; ++run) {
    const Usage usage = run_measured(command);
    first.push_back(usage.first_output * 1000);
    all.push_back(usage.wall * 1000);
  }
  std::cout << "\n| start of the process | time |\n|---|---|\n| to the first record on standard output | "
            << to_text(spread_of(first), 1) << " ms |\n| to the end, after " << kRecords << " records | "
            << to_text(spread_of(all), 1) << " ms |" << std::endl;
}

}  // namespace weir::bench
