// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include "cases.h"
#include "support/temp_dir.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kKeys = 1'000'000;
constexpr double kRecords = 12e6;

/// An order of each key, and then of `keys` of them in no order.
void write_orders(const fs::path& path, std::uint64_t keys, std::uint64_t count) {
  std::ofstream out(path, std::ios::binary);
  std::uint64_t state = 1;
  for (std::uint64_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t key = i < kKeys ? i : (state >> 24) % keys;
    out << R"({"id":"u)" + std::to_string(10'000'000 + key) + R"(","at":1700000400000,"amount":)" +
               std::to_string((state >> 24) % 997) + "}\n";
  }
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

/// What the run itself says of its checkpoints.
std::string run_once(const fs::path& folder, const fs::path& input) {
  const fs::path log = folder / "log";
  const fs::path store = folder / "store", output = folder / "output";
  Command command = etl_run(fs::path(WEIR_BENCH_PIPELINES) / "checkpoint.yaml",
                            {{"INPUT", input.string()},
                             {"OUTPUT", (output / "sums.ndjson").string()},
                             {"STORE", store.string()},
                             {"LOG", log.string()}});
  std::erase(command.argv, "--quiet");
  command.argv.insert(command.argv.begin(), {"/bin/sh", "-c", R"(exec "$0" "$@" 2> "$LOG")"});
  const Usage usage = run_measured(command);
  fs::remove_all(store);
  fs::remove_all(output);
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view kBegin = "checkpoints: ";
    if (line.starts_with(kBegin))
      return line.substr(kBegin.size()) + " (" + std::to_string(usage.wall) + " s in all)";
  }
  throw std::runtime_error("the run says nothing of checkpoints");
}

}  // namespace

void checkpoint_case(const Settings& settings) {
  const support::TempDir folder("weir-bench-checkpoint");
  const fs::path input = folder / "orders.ndjson";
  std::cout << "\n| of 1,000,000 keys change between two checkpoints | checkpoints |\n|---|---|\n";
  for (const std::uint64_t keys : {std::uint64_t{1'000}, std::uint64_t{50'000}, kKeys}) {
    write_orders(input, keys, static_cast<std::uint64_t>(kRecords * settings.scale));
    for (int run = 0; run < settings.runs; ++run)
      std::cout << "| at most " << keys << " | " << run_once(folder / "", input) << " |\n" << std::flush;
  }
}

}  // namespace weir::bench
