// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

#include "cases.h"
#include "contest.h"
#include "support/temp_dir.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kTimers = 1'000'000;

/// A record each millisecond of event time with a timer of its own, behind the last record's time: all are
/// set before the first one fires. Returns how large the output must be.
std::uintmax_t write_input(const fs::path& path, std::uint64_t count) {
  std::mt19937_64 random(1);
  std::ofstream out(path, std::ios::binary);
  std::uintmax_t expected = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t time = 1'700'000'000'000 + i;
    const std::string id = "customer-" + std::to_string(random() % 1'000'000'000);
    const std::string at = std::to_string(1'700'000'000'000 + count + random() % count);
    out << R"({"id":")" << id << R"(","t":)" << time << R"(,"at":)" << at << "}\n";
    expected += id.size() + 1 + at.size() + 1;
  }
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
  return expected;
}

}  // namespace

void timers_case(const Settings& settings) {
  const support::TempDir folder("weir-bench-timers");
  const fs::path input = folder / "records.ndjson";
  const auto count = static_cast<std::uint64_t>(kTimers * settings.scale);
  const std::uintmax_t expected = write_input(input, count);

  const auto into_new_folder = [&](auto&& command) {
    const fs::path output = folder / "output";
    fs::create_directory(output);
    const Usage usage = run_measured(command(output));
    if (fs::file_size(output / "fired.txt") != expected)
      throw std::runtime_error("the file of timers that fired is not as large as it should be");
    fs::remove_all(output);
    return usage;
  };
  hold({"a timer for each record, set and fired", static_cast<double>(count),
        [&] {
          return into_new_folder([&](const fs::path& output) {
            return etl_run(fs::path(WEIR_BENCH_PIPELINES) / "timers.yaml",
                           {{"INPUT", input.string()}, {"OUTPUT", output.string()}});
          });
        },
        [&] {
          return into_new_folder([&](const fs::path& output) {
            return Command{{WEIR_LIMIT_TIMERS, input.string(), output.string()}, {}};
          });
        }},
       settings.runs);
}

}  // namespace weir::bench
