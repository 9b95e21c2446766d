// SPDX-License-Identifier: Apache-2.0
#include "metrics/job_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(JobMetrics, TotalsAreSumsOverTasks) {
  JobMetrics metrics({1, 2, 0}, 3);
  for (int task = 0; task < 3; ++task) {
    metrics.counts(1, task).in.add(10);
    metrics.counts(1, task).ports[0].add(6);
    metrics.counts(1, task).ports[1].add(3);
    metrics.counts(1, task).error.add(1);
  }
  metrics.counts(2, 1).in.add(5);
  const auto totals = metrics.totals();
  ASSERT_EQ(totals.size(), 3u);
  EXPECT_THAT(totals[0].ports, ElementsAre(0u));
  EXPECT_EQ(totals[1].in, 30u);
  EXPECT_THAT(totals[1].ports, ElementsAre(18u, 9u));
  EXPECT_EQ(totals[1].error, 3u);
  EXPECT_EQ(totals[2].in, 5u);
  EXPECT_THAT(totals[2].ports, IsEmpty());
}

TEST(JobMetrics, APluginsCounterIsTheSameForAllInstancesOfTheStage) {
  JobMetrics metrics({1, 1}, 2);
  EXPECT_EQ(&metrics.named(0, "calls"), &metrics.named(0, "calls"));
  EXPECT_NE(&metrics.named(0, "calls"), &metrics.named(1, "calls"));
  metrics.named(0, "calls") += 2;
  metrics.named(0, "bytes") += 7;
  EXPECT_THAT(metrics.totals()[0].named, ElementsAre(Pair("bytes", 7u), Pair("calls", 2u)));
  EXPECT_THAT(metrics.totals()[1].named, ElementsAre(Pair("calls", 0u)));
}

TEST(JobMetrics, CountsCanBeReadWhileTasksCount) {
  constexpr std::uint64_t kEach = 10'000;
  JobMetrics metrics({1}, 2);
  std::vector<std::thread> tasks;
  for (int task = 0; task < 2; ++task) {
    tasks.emplace_back([&metrics, task] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        metrics.counts(0, task).in.add(1);
        metrics.named(0, "calls").fetch_add(1);
      }
    });
  }
  std::uint64_t last = 0;
  while (last < 2 * kEach) {
    const auto now = metrics.totals()[0].in;
    EXPECT_GE(now, last);
    last = now;
  }
  for (auto& task : tasks) task.join();
  EXPECT_EQ(metrics.totals()[0].named.at("calls"), 2 * kEach);
}

}  // namespace
}  // namespace weir
