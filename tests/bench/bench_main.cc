// SPDX-License-Identifier: Apache-2.0
// weir-bench: measures Weir against programs written by hand; README.md says what and how.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "cases.h"
#include "contest.h"

namespace weir::bench {
namespace {

constexpr char kUsage[] =
    "usage: weir-bench [file] [kafka] [lookup] [upsert] [timers] [tumbling] [sliding] [session]\n"
    "                  [growth] [checkpoint] [hop] [start] [--runs N] [--scale X] [--exactly-once]\n"
    "Measures the cases named, or all. --runs: how often each side runs, 5. --scale: of the numbers of\n"
    "records, 1. --exactly-once: file, kafka and lookup against themselves at least once. Files are\n"
    "written below $TMPDIR.\n";

struct Case {
  const char* name;
  void (*run)(const Settings&);
  bool contest;  // its rows belong to the table of contests
  bool either;   // it can be held between exactly and at least once
};

constexpr Case kCases[] = {
    {"file", file_case, true, true},          {"kafka", kafka_case, true, true},
    {"lookup", lookup_case, true, true},      {"upsert", upsert_case, true, false},
    {"tumbling", tumbling_case, true, false}, {"sliding", sliding_case, true, false},
    {"session", session_case, true, false},   {"timers", timers_case, true, false},
    {"growth", growth_case, false, false},    {"checkpoint", checkpoint_case, false, false},
    {"hop", hop_case, false, false},          {"start", start_case, false, false}};

/// False when the command line is wrong.
bool read_command_line(const std::vector<std::string>& words, Settings& settings,
                       std::vector<const Case*>& chosen) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--exactly-once") {
      settings.exactly_once = true;
      continue;
    }
    if (words[i] == "--runs" || words[i] == "--scale") {
      if (i + 1 == words.size()) return false;
      const double value = std::atof(words[++i].c_str());
      if (value <= 0) return false;
      if (words[i - 1] == "--runs") {
        settings.runs = static_cast<int>(value);
        if (settings.runs < 1) return false;
      } else {
        settings.scale = value;
      }
      continue;
    }
    const Case* found = nullptr;
    for (const Case& known : kCases) {
      if (words[i] == known.name) found = &known;
    }
    if (found == nullptr) return false;
    chosen.push_back(found);
  }
  if (chosen.empty()) {
    for (const Case& known : kCases) chosen.push_back(&known);
  }
  return true;
}

void run(const Settings& settings, const std::vector<const Case*>& chosen) {
  std::cout << "Cores: " << std::thread::hardware_concurrency() << ". Runs of each: " << settings.runs
            << ". Figures: median (least to most).\n\n";
  bool head = false;
  for (const Case* one : chosen) {
    if (settings.exactly_once && !one->either) continue;
    if (one->contest && !head) print_contest_head(settings.exactly_once ? "same at least once" : "limit");
    head = one->contest;
    one->run(settings);
  }
}

}  // namespace

Command etl_run(const std::filesystem::path& file,
                std::vector<std::pair<std::string, std::string>> environment) {
  return {{WEIR_ETL_RUN, file.string(), "--quiet", "--plugin-dir", WEIR_BENCH_PLUGINS},
          std::move(environment)};
}

}  // namespace weir::bench

int main(int argc, char** argv) {
  using namespace weir::bench;
  Settings settings;
  std::vector<const Case*> chosen;
  if (!read_command_line({argv + 1, argv + argc}, settings, chosen)) {
    std::cerr << kUsage;
    return 2;
  }
  try {
    run(settings, chosen);
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 1;
  }
  return 0;
}
