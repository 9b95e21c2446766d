// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

#include "cases.h"
#include "contest.h"
#include "support/temp_dir.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

/// One job over made orders, which come in the order of their time.
struct Job {
  const char* plugin;
  const char* name;
  double records;
  std::uint64_t keys;
  std::int64_t span;  ///< milliseconds that they cover
};

constexpr std::int64_t kStart = 1'700'000'400'000 / 3'600'000 * 3'600'000;

void write_orders(const fs::path& path, const Job& job, std::uint64_t count) {
  std::ofstream out(path, std::ios::binary);
  std::uint64_t state = 1;
  std::string line;
  for (std::uint64_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t dice = state >> 24;
    line = R"({"id":"u)" + std::to_string(10'000'000 + dice % job.keys);
    line +=
        R"(","at":)" +
        std::to_string(kStart + static_cast<std::int64_t>(i * static_cast<std::uint64_t>(job.span) / count));
    line += R"(,"amount":)" + std::to_string(dice % 997) + "}\n";
    out << line;
  }
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

/// The same for the same lines, whatever their order.
std::uint64_t digest(const fs::path& path) {
  std::ifstream in(path);
  std::uint64_t sum = 0;
  for (std::string line; std::getline(in, line);) sum += std::hash<std::string>()(line);
  return sum;
}

void hold(const Job& job, const Settings& settings) {
  const support::TempDir folder("weir-bench-windows");
  const fs::path input = folder / "orders.ndjson";
  const auto count = static_cast<std::uint64_t>(job.records * settings.scale);
  write_orders(input, job, count);
  std::uint64_t expected = 0;  // of the first run: all others must leave the same

  const auto into_new_file = [&](Command command) {
    const fs::path output = folder / "results.ndjson";
    if (command.argv.front() == WEIR_LIMIT_WINDOWS) {
      command.argv.insert(command.argv.end(), {job.plugin, input.string(), output.string()});
    } else {
      command.environment = {{"INPUT", input.string()}, {"OUTPUT", output.string()}};
    }
    const Usage usage = run_measured(command);
    const std::uint64_t found = digest(output);
    if (expected == 0) expected = found;
    if (found != expected) throw std::runtime_error("the two sides leave other results");
    fs::remove(output);
    return usage;
  };
  bench::hold({job.name, static_cast<double>(count),
               [&] {
                 const auto file = fs::path(WEIR_BENCH_PIPELINES) / (std::string(job.plugin) + ".yaml");
                 return into_new_file(etl_run(file, {}));
               },
               [&] {
                 return into_new_file({{WEIR_LIMIT_WINDOWS}, {}});
               }},
              settings.runs);
}

}  // namespace

void tumbling_case(const Settings& settings) {
  hold({"tumbling", "sums of 1,000,000 keys in two tumbling windows", 10e6, 1'000'000, 7'200'000}, settings);
}

void sliding_case(const Settings& settings) {
  hold({"sliding", "sums of 10,000 keys in windows of 60 slides", 5e6, 10'000, 7'200'000}, settings);
}

void session_case(const Settings& settings) {
  hold({"session", "sums of 100,000 keys in sessions", 5e6, 100'000, 600'000}, settings);
}

}  // namespace weir::bench
