// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "account.h"
#include "pipeline.h"

namespace weir::faults {

/// What came of a pipeline under faults.
struct Outcome {
  std::string pipeline;
  Delivery delivery = Delivery::kAtLeastOnce;
  int runs = 0;
  int kills = 0;                           // of etl-run, by SIGKILL
  std::map<std::string, int> outages;      // by kind
  std::map<std::string, int> fail_points;  // kills at each
  std::int64_t records = 0;
  std::int64_t missing = 0;
  std::int64_t twice = 0;
  std::int64_t foreign = 0;
  std::vector<std::string> problems;  // what may not be, whatever the account says

  bool good() const {
    return missing == 0 && problems.empty() &&
           (delivery == Delivery::kAtLeastOnce || (twice == 0 && foreign == 0));
  }

  /// Counts what stands in the pipeline's outputs, and prints what does not agree.
  void take_account(Pipeline& of);
  /// Counts a process that was killed at a fail point: `at` as WEIR_FAIL_AT has it.
  void killed_at(const std::string& at);
};

/// The fail points that the pipeline can pass.
std::vector<std::string_view> points_of(const Pipeline& pipeline);

}  // namespace weir::faults
