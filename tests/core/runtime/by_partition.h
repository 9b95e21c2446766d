// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/partitioner.h"
#include "moving_topic.h"
#include "pipeline_run.h"
#include "support/temp_dir.h"
#include "test_stages.h"

namespace weir::test {

/// Jobs of one consumer group, each as if it were a process, which share a folder.
class ByPartition : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kPartitions = 4;

  ByPartition() { moving_topic().begin_anew(kPartitions); }

  /// A process that is called so.
  std::unique_ptr<PipelineRun> member(const std::string& name, int tasks = 1,
                                      const std::string& every = "5ms",
                                      const std::function<void(PipelineGraph&)>& adjust = {}) {
    return std::make_unique<PipelineRun>(
        "tasks: " + std::to_string(tasks) + "\ncheckpoint: {every: " + every + checkpoint_ +
            ", by: partition, store: " + (dir_ / "store").string() +
            "}\nsources:\n  in: {plugin: moving, member: " + name + source_ + "}\n" + stages_,
        plugins_, nullptr, adjust);
  }
  /// A key of another partition than `key`.
  static std::string key_elsewhere(const std::string& key) {
    for (int i = 0;; ++i) {
      std::string other = "k" + std::to_string(i);
      if (partition_of(other) != partition_of(key)) return other;
    }
  }
  static std::int32_t partition_of(const std::string& key) {
    return weir::partition_of(key, kPartitions, Partitioner::kMurmur2);
  }
  static void put(int from, int until) {
    for (int i = from; i < until; ++i) moving_topic().put("k" + std::to_string(i % kKeys));
  }
  /// Waits until each key has been counted so far.
  static bool counted_up_to(int n) {
    return board().wait_for([n](const auto& events) {
      std::set<std::string> all(events.begin(), events.end());
      for (int key = 0; key < kKeys; ++key) {
        if (!all.contains("out got k" + std::to_string(key) + " " + std::to_string(n))) return false;
      }
      return true;
    });
  }
  /// How often each count of each key has come.
  static std::map<std::string, int> counts() {
    std::map<std::string, int> all;
    for (const auto& event : board().events("out got ")) ++all[event];
    return all;
  }
  static void assign_all(const std::string& member) {
    for (std::uint32_t p = 0; p < kPartitions; ++p)
      moving_topic().assign(static_cast<std::int32_t>(p), member);
  }
  /// Why it has failed by now.
  static std::string why(PipelineRun& run) {
    const auto failure = run.job().failure();
    return failure ? failure->stage + ": " + failure->message : "";
  }
  static std::string stopped(PipelineRun& run) {
    const auto failure = run.wait();
    return failure ? failure->message : "";
  }

  static constexpr int kKeys = 20;
  support::TempDir dir_{"weir-by-partition"};
  std::string source_, checkpoint_;
  std::vector<const weir_plugin*> plugins_{detail::Trampoline<Moving>::plugin()};
  std::string stages_ = R"(processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)";
};

}  // namespace weir::test
