// SPDX-License-Identifier: Apache-2.0
#include "windows_run.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <utility>

#include "cases.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kStart = 1'700'000'400'000 / 3'600'000 * 3'600'000;

void write_orders(const fs::path& path, const WindowJob& job, std::uint64_t count) {
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

}  // namespace

WindowRun::WindowRun(const WindowJob& job, double scale)
    : job_(job), count_(static_cast<std::uint64_t>(job.records * scale)), folder_("weir-bench-windows") {
  write_orders(folder_ / "orders.ndjson", job_, count_);
}

Usage WindowRun::weir() {
  const auto file = fs::path(WEIR_BENCH_PIPELINES) / (job_.plugin + ".yaml");
  return into_new_file(etl_run(file, {{"INPUT", (folder_ / "orders.ndjson").string()},
                                      {"OUTPUT", (folder_ / "results.ndjson").string()},
                                      {"SLIDE", std::to_string(job_.slide) + "ms"}}));
}

Usage WindowRun::limit() {
  return into_new_file({{WEIR_LIMIT_WINDOWS, job_.plugin, (folder_ / "orders.ndjson").string(),
                         (folder_ / "results.ndjson").string(), std::to_string(job_.slide)},
                        {}});
}

Usage WindowRun::into_new_file(Command command) {
  const fs::path output = folder_ / "results.ndjson";
  const Usage usage = run_measured(command);
  const std::uint64_t found = digest(output);
  if (expected_ == 0) expected_ = found;
  if (found != expected_) throw std::runtime_error("the two sides leave other results");
  fs::remove(output);
  return usage;
}

}  // namespace weir::bench
