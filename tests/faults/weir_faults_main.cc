// SPDX-License-Identifier: Apache-2.0
//
// weir-faults: runs pipelines of the real etl-run, kills them, and counts what is missing and what is twice.
#include <weir/fail_point.h>

#include <exception>
#include <iomanip>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "group_rounds.h"
#include "pipeline.h"
#include "rebalance_pauses.h"
#include "rounds.h"
#include "support/private_network.h"
#include "support/small_disk.h"

namespace weir::faults {
namespace {

constexpr const char* kUsage =
    "weir-faults [--kills N] [--seed N] [--all-points] [--verbose] [PIPELINE...]\n"
    "  --kills N     of etl-run, in all (100); each pipeline gets its share\n"
    "  --seed N      repeats a run\n"
    "  --all-points  not good unless each fail point has killed at least once\n"
    "  --verbose     tells of each round\n"
    "  --pauses      measures instead how long partitions stand still when processes of a group come and "
    "go\n";

struct Arguments {
  int kills = 100;
  std::uint64_t seed = std::random_device{}();
  bool all_points = false;
  bool verbose = false;
  bool pauses = false;
  std::vector<std::string> pipelines;
};

Arguments read_arguments(int argc, char** argv) {
  Arguments read;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&] {
      if (i + 1 == argc) throw std::invalid_argument(std::string(name) + " needs a number");
      return std::stoull(argv[++i]);
    };
    if (name == "--kills") {
      read.kills = static_cast<int>(value());
    } else if (name == "--seed") {
      read.seed = value();
    } else if (name == "--all-points") {
      read.all_points = true;
    } else if (name == "--verbose") {
      read.verbose = true;
    } else if (name == "--pauses") {
      read.pauses = true;
    } else if (name.starts_with("-")) {
      throw std::invalid_argument("there is no option " + std::string(name));
    } else {
      read.pipelines.emplace_back(name);
    }
  }
  return read;
}

/// Those that are named, or all; only those that can be run here.
Pipelines choose_pipelines(const std::vector<std::string>& names) {
  Pipelines all;
  add_file_pipelines(all);
  add_sql_pipelines(all);
  add_kafka_pipelines(all);
  add_wechat_pipelines(all);
  Pipelines chosen;
  std::string known;
  std::size_t found = 0;
  for (auto& pipeline : all) {
    const std::string name = pipeline->name();
    known += " " + name;
    bool wanted = names.empty();
    for (const auto& n : names) wanted = wanted || n == name;
    if (!wanted) continue;
    ++found;
    if (const auto reason = pipeline->why_unavailable()) {
      std::cout << name << ": LEFT OUT: " << *reason << "\n";
      continue;
    }
    chosen.push_back(std::move(pipeline));
  }
  if (!names.empty() && found != names.size())
    throw std::invalid_argument("unknown pipeline; there are" + known);
  return chosen;
}

int sum(const std::map<std::string, int>& counts) {
  int all = 0;
  for (const auto& [name, count] : counts) all += count;
  return all;
}

void print_row(const Outcome& o) {
  const std::string delivery = o.pipeline == "all"                    ? ""
                               : o.delivery == Delivery::kExactlyOnce ? "exactly once"
                                                                      : "at least once";
  std::cout << "| " << std::left << std::setw(18) << o.pipeline << " | " << std::setw(13) << delivery << " | "
            << std::right << std::setw(5) << o.runs << " | " << std::setw(5) << o.kills << " | "
            << std::setw(9) << sum(o.fail_points) << " | " << std::setw(7) << sum(o.outages) << " | "
            << std::setw(9) << o.records << " | " << std::setw(7) << o.missing << " | " << std::setw(7)
            << o.twice << " | " << std::setw(7) << o.foreign << " |\n";
}

/// Whether all is as it should be.
bool print_summary(const std::vector<Outcome>& outcomes, const Arguments& arguments) {
  Outcome all;
  all.pipeline = "all";
  bool good = true;
  std::cout << "\n| pipeline           | delivery      |  runs | kills | at points | outages |   records | "
               "missing |"
               "   twice | foreign |\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& o : outcomes) {
    print_row(o);
    good = good && o.good();
    all.runs += o.runs;
    all.kills += o.kills;
    for (const auto& [name, count] : o.outages) all.outages[name] += count;
    for (const auto& [name, count] : o.fail_points) all.fail_points[name] += count;
    all.records += o.records;
    all.missing += o.missing;
    all.twice += o.twice;
    all.foreign += o.foreign;
  }
  print_row(all);
  std::cout << "\nkills at fail points:";
  std::string never;
  for (const auto point : kFailPoints) {
    const auto at = all.fail_points.find(std::string(point));
    if (at == all.fail_points.end()) {
      never += " " + std::string(point);
    } else {
      std::cout << " " << point << " " << at->second;
    }
  }
  std::cout << "\noutages:";
  for (const auto& [name, count] : all.outages) std::cout << " " << name << " " << count;
  if (!never.empty()) {
    std::cout << "\nno kill at:" << never;
    good = good && !arguments.all_points;
  }
  std::cout << "\nseed " << arguments.seed << ": " << (good ? "all is accounted for" : "NOT GOOD")
            << std::endl;
  return good;
}

/// What keeps the driver itself from going on counts as a problem of that pipeline.
Outcome run_one(Pipeline& pipeline, std::uint64_t seed, int kills, bool verbose) {
  try {
    return pipeline.in_a_group() ? GroupRounds(pipeline, seed, verbose).run(kills)
                                 : Rounds(pipeline, seed, verbose).run(kills);
  } catch (const std::runtime_error& e) {
    Outcome broken;
    broken.pipeline = pipeline.name();
    broken.delivery = pipeline.delivery();
    broken.problems.emplace_back(e.what());
    std::cout << pipeline.name() << ": PROBLEM: " << e.what() << std::endl;
    return broken;
  }
}

int run(int argc, char** argv) {
  const Arguments arguments = read_arguments(argc, argv);
  if (arguments.pauses) {
    measure_rebalance_pauses();
    return 0;
  }
  std::cout << "seed " << arguments.seed << std::endl;
  for (const auto& reason :
       {support::SmallDisk::why_unavailable(), support::PrivateNetwork::why_unavailable()}) {
    if (reason) std::cout << "LEFT OUT on this machine: " << *reason << std::endl;
  }
  auto pipelines = choose_pipelines(arguments.pipelines);
  if (pipelines.empty()) throw std::invalid_argument("no pipeline can be run here");
  const int count = static_cast<int>(pipelines.size());
  std::vector<Outcome> outcomes;
  for (int i = 0; i < count; ++i) {
    auto& pipeline = *pipelines[static_cast<std::size_t>(i)];
    const auto seed = arguments.seed + static_cast<std::uint64_t>(i);
    const int kills = (arguments.kills + i) / count;
    outcomes.push_back(run_one(pipeline, seed, kills, arguments.verbose));
    print_row(outcomes.back());
    std::cout << std::flush;
  }
  return print_summary(outcomes, arguments) ? 0 : 1;
}

}  // namespace
}  // namespace weir::faults

int main(int argc, char** argv) {
  try {
    return weir::faults::run(argc, argv);
  } catch (const std::invalid_argument& e) {
    std::cerr << "weir-faults: " << e.what() << "\n" << weir::faults::kUsage;
    return 2;
  } catch (const std::exception& e) {
    std::cerr << "weir-faults: " << e.what() << std::endl;
    return 1;
  }
}
