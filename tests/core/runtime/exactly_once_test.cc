// SPDX-License-Identifier: Apache-2.0
//
// The plug is pulled at every step; what the sinks have in the end holds each record once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "ledger.h"
#include "pipeline_run.h"
#include "support/temp_dir.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

/// Enough for several checkpoints.
constexpr int kValues = 3000;

std::vector<std::string> all_values() {
  std::vector<std::string> values;
  for (int i = 0; i < kValues; ++i) values.push_back(std::to_string(i));
  return values;
}

std::string listed(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "'" : ", '") + value + "'";
  return "[" + text + "]";
}

struct Plug {
  const char* step;
  bool after;
  int each = 1;  ///< it is pulled at each such multiple
};

void PrintTo(const Plug& plug, std::ostream* to) {
  *to << (plug.after ? "behind " : "at ") << plug.step;
}

class ExactlyOnce : public ::testing::TestWithParam<Plug> {
 protected:
  ExactlyOnce() { bank().clear(); }

  /// Begins the pipeline again and again, the plug pulled at the first, second, ... such step of each run, to
  /// the end.
  void run_through(const std::string& yaml) {
    bool ended = false;
    for (int nth = 1; !ended; ++nth) {
      ASSERT_LT(nth, 1000);
      // There is something to recover only behind a crash between decision and commit.
      const bool before = std::string(GetParam().step) == "recover" && nth % 2 == 1;
      if (before) {
        bank().fail_at("commit", nth, false);
      } else {
        bank().fail_at(GetParam().step,
                       (nth + 1) / (GetParam().step == std::string("recover") ? 2 : 1) * GetParam().each,
                       GetParam().after);
      }
      try {
        const auto stopped = PipelineRun(yaml, {detail::Trampoline<Ledger>::plugin(),
                                                detail::Trampoline<SlowLedger>::plugin()})
                                 .run();
        if (stopped) {
          ASSERT_EQ(stopped->code, "pulled") << stopped->message;
        }
        ended = !stopped;
      } catch (const std::runtime_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("the plug was pulled"));
      }
      bank().heal();
    }
  }
  std::string source(const std::vector<std::string>& values = all_values()) const {
    return "delivery: exactly_once\nsources: {in: {plugin: script, each: 1, values: " + listed(values) +
           "}}\n";
  }

  support::TempDir dir_{"weir-exactly-once"};
};

TEST_P(ExactlyOnce, TheSinkDecides) {
  run_through("checkpoint: {every: 1ms}\n" + source() + "sinks: {out: {plugin: ledger, from: in}}\n");
  EXPECT_THAT(bank().rows("out"), ElementsAreArray(all_values()));
}

TEST_P(ExactlyOnce, OneSinkDecidesAndTheOthersPrepare) {
  run_through("checkpoint: {every: 1ms}\n" + source() + R"(sinks:
  second: {plugin: slow_ledger, from: in, can: prepare}
  first: {plugin: slow_ledger, from: in, can: keep}
  third: {plugin: ledger, from: in}
)");
  for (const char* stage : {"first", "second", "third"}) {
    EXPECT_THAT(bank().rows(stage), ElementsAreArray(all_values())) << stage;
    EXPECT_EQ(bank().prepared(stage), 0u) << stage;
  }
}

TEST_P(ExactlyOnce, AFolderDecides) {
  run_through("checkpoint: {every: 1ms, store: " + (dir_ / "store").string() + "}\n" + source() +
              "sinks: {out: {plugin: slow_ledger, from: in, can: prepare, concurrency: 3}}\n");
  EXPECT_THAT(bank().rows("out"), UnorderedElementsAreArray(all_values()));
}

TEST_P(ExactlyOnce, WhatASinkRefusesIsInTheOtherSinkOnce) {
  auto values = all_values();
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] = "bad";
  run_through("checkpoint: {every: 1ms}\n" + source(values) + R"(sinks:
  out: {plugin: slow_ledger, from: in, refuse: bad}
  refused: {plugin: ledger, from: out.error, can: prepare}
)");
  EXPECT_EQ(bank().rows("out").size(), 2000u);
  EXPECT_EQ(bank().rows("refused").size(), 1000u);
}

TEST_P(ExactlyOnce, AWindowWithoutStateLetsItsRecordsGoBeforeEachCheckpoint) {
  run_through("checkpoint: {every: 1ms}\n" + source() + R"(windows: {two: {plugin: pairs, from: in, count: 7}}
processes: {each: {plugin: slow_mark, from: two, bare: true}}
discard: [each.side]
sinks:
  out: {plugin: ledger, from: each}
  beside: {plugin: ledger, from: in}
)");
  EXPECT_THAT(bank().rows("out"), ElementsAreArray(all_values()));
  EXPECT_THAT(bank().rows("beside"), ElementsAreArray(all_values()));
}

TEST_P(ExactlyOnce, SeveralTasksThatShareStateDecideTogether) {
  std::vector<std::string> values, counted;
  for (int i = 0; i < kValues; ++i) {
    const std::string key = std::to_string(i % 7);
    values.push_back("{\"k\": " + key + "}");
    counted.push_back(key + " " + std::to_string(i / 7 + 1));
  }
  run_through("tasks: 3\ncheckpoint: {every: 1ms}\ndelivery: exactly_once\nsources:\n" +
              ("  in: {plugin: shards, partitions: 3, each: 1, values: " + listed(values)) + "}\n" +
              R"(processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: slow_ledger, from: count}}
)");
  EXPECT_THAT(bank().rows("out"), UnorderedElementsAreArray(counted));
}

INSTANTIATE_TEST_SUITE_P(Plugs, ExactlyOnce,
                         ::testing::Values(Plug{"write", false, 50}, Plug{"flush", true},
                                           Plug{"prepare", false}, Plug{"prepare", true}, Plug{"save", false},
                                           Plug{"save", true}, Plug{"commit", false}, Plug{"commit", true},
                                           Plug{"recover", true}, Plug{"load", false}));

}  // namespace
}  // namespace weir::test
