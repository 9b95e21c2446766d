// SPDX-License-Identifier: Apache-2.0
#include "ways.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/temp_dir.h"
#include "support/wait_until.h"
#include "test_stages.h"

namespace weir::test {
namespace {

std::string head(const Way& way, std::vector<std::string> values, const std::string& more, bool stay,
                 const std::string& store) {
  return "tasks: " + std::to_string(way.tasks) + "\ncheckpoint: {store: " + store +
         "}\nsources: {in: {plugin: shards, partitions: " + std::to_string(way.tasks) +
         ", each: " + std::to_string(way.each) + ", stay: " + (stay ? "true" : "false") +
         ", values: " + nlohmann::json(values).dump() + more + "}}\n";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Way& way) {
  out << way.tasks << " tasks, " << way.each << " records a poll";
  if (way.restart_after != 0) out << ", a restart after " << way.restart_after;
  return out;
}

std::vector<Way> ways() {
  return ways_with_restarts(0);
}

std::vector<Way> ways_with_restarts(std::size_t values) {
  std::vector<Way> all;
  for (const int tasks : {1, 3}) {
    for (const std::size_t each : {1, 2, 1024}) all.push_back({tasks, each, 0});
    for (std::size_t after = 1; after < values; ++after) all.push_back({tasks, 1, after});
  }
  return all;
}

std::string source_in(const Way& way, const std::vector<std::string>& values, const std::string& more) {
  return head(way, values, more, false, "none");
}

std::vector<std::string> noted_in(const Way& way, const std::vector<std::string>& values,
                                  const std::string& stages, const std::string& prefix,
                                  const std::vector<const weir_plugin*>& plugins) {
  const support::TempDir dir("weir-ways");
  const std::string store = (dir / "store").string();
  std::vector<std::string> noted;
  if (way.restart_after != 0) {
    const std::vector<std::string> first(values.begin(),
                                         values.begin() + static_cast<std::ptrdiff_t>(way.restart_after));
    PipelineRun run(head(way, first, {}, true, store) + stages, plugins);
    run.start();
    EXPECT_TRUE(support::wait_until(support::kLongWait,
                                    [&] { return run.job().totals()[0].ports[0] == first.size(); }));
    run.job().stop();
    EXPECT_FALSE(run.wait());
    noted = board().events(prefix);
  }
  PipelineRun run(head(way, values, {}, false, store) + stages, plugins);
  EXPECT_FALSE(run.run());
  const auto rest = board().events(prefix);
  noted.insert(noted.end(), rest.begin(), rest.end());
  return noted;
}

}  // namespace weir::test
