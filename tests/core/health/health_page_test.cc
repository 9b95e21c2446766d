// SPDX-License-Identifier: Apache-2.0
#include "health/health_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace weir {
namespace {

using nlohmann::json;
using Phase = RunState::Phase;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class HealthPage : public ::testing::Test {
 protected:
  HealthPage() {
    graph_.spec.name = "or\"ders";
    add(StageKind::kSource, "ids", {"out"});
    add(StageKind::kProcess, "lookup", {"out", "rejected"});
    state_.phase = Phase::kRunning;
    state_.since = 1'700'000'000'000;
    state_.totals[0].ports = {10};
    state_.totals[1] = {.in = 10, .ports = {7, 2}, .error = 1, .held_back = 12'345, .named = {{"calls", 3}}};
  }

  void add(StageKind kind, const std::string& name, const std::vector<std::string>& ports) {
    auto& stage = graph_.stages.emplace_back();
    stage.spec.kind = kind;
    stage.spec.name = name;
    stage.spec.plugin = name + "_plugin";
    for (const auto& port : ports) stage.ports.push_back({port, WEIR_RECORDS, false, {}});
    stage.error.name = "error";
    state_.totals.emplace_back();
  }
  HttpReply page(const char* path) const { return health_page(path, graph_, state_); }

  PipelineGraph graph_;
  RunState state_;
};

TEST_F(HealthPage, IsReadyWhileItRunsAndSaysOtherwiseWhyNot) {
  EXPECT_EQ(page("/ready").status, 200);
  state_.phase = Phase::kRestarting;
  state_.next_start = 1'700'000'060'000;
  state_.last_failure = {"lookup", "outage", "the database is away", 1'700'000'000'000};
  EXPECT_EQ(page("/ready").status, 503);
  EXPECT_EQ(page("/ready").body,
            "restarting, next start at 2023-11-14T22:14:20.000Z; last failure: the database is away\n");
  EXPECT_EQ(page("/live").status, 200);
  state_.phase = Phase::kStopping;
  EXPECT_EQ(page("/ready").status, 503);
}

TEST_F(HealthPage, StatusTellsCountsCheckpointsAndTheLastFailure) {
  state_.checkpoints = 4;
  state_.costs = {3000, 1000, 4, 5000, 1500, 2000, 90000};
  state_.last_checkpoint = 1'700'000'001'500;
  const json status = json::parse(page("/status").body);
  EXPECT_EQ(status["phase"], "running");
  EXPECT_EQ(status["last_failure"], nullptr);
  EXPECT_EQ(status["checkpoints"], (json{{"saved", 4},
                                         {"last", "2023-11-14T22:13:21.500Z"},
                                         {"bytes", 3000},
                                         {"last_bytes", 1000},
                                         {"last_duration_us", 90000},
                                         {"last_pause_us", 1500},
                                         {"longest_pause_us", 2000}}));
  EXPECT_EQ(status["stages"][1], (json{{"name", "lookup"},
                                       {"kind", "process"},
                                       {"plugin", "lookup_plugin"},
                                       {"in", 10},
                                       {"ports", {{"out", 7}, {"rejected", 2}, {"error", 1}}},
                                       {"held_back_ms", 12345},
                                       {"counters", {{"calls", 3}}}}));
  state_.last_failure = {"ids", "fenced", "taken over", 1'700'000'000'000};
  EXPECT_EQ(json::parse(page("/status").body)["last_failure"]["stage"], "ids");
}

TEST_F(HealthPage, MetricsAreInPrometheusText) {
  const std::string text = page("/metrics").body;
  EXPECT_THAT(
      text,
      AllOf(
          HasSubstr("# TYPE weir_records_out_total counter\n"),
          HasSubstr("weir_records_out_total{pipeline=\"or\\\"ders\",stage=\"lookup\",port=\"rejected\"} 2\n"),
          HasSubstr("weir_held_back_seconds_total{pipeline=\"or\\\"ders\",stage=\"lookup\"} 12.345\n"),
          HasSubstr("weir_plugin_counter_total{pipeline=\"or\\\"ders\",stage=\"lookup\",name=\"calls\"} 3\n"),
          HasSubstr("weir_running{pipeline=\"or\\\"ders\"} 1\n"),
          Not(HasSubstr("weir_records_in_total{pipeline=\"or\\\"ders\",stage=\"ids\"}")),
          Not(HasSubstr("weir_last_checkpoint_timestamp_seconds"))));
}

TEST_F(HealthPage, OtherPathsNameThoseThatThereAre) {
  EXPECT_EQ(page("/").status, 404);
  EXPECT_THAT(page("/statuz").body, HasSubstr("/live, /ready, /status and /metrics"));
}

}  // namespace
}  // namespace weir
