// SPDX-License-Identifier: Apache-2.0
//
// Event time of a stage with several inputs. Included by testing.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::testing {

/// How far event time has come over a stage's inputs: the smallest of those that are not idle, or, when all
/// are, the largest. It never goes back.
class InputTimes {
 public:
  explicit InputTimes(std::size_t inputs) : inputs_(inputs) {}

  void tell(std::size_t input, std::int64_t time) {
    inputs_[input] = {std::max(inputs_[input].time, time), false};
    combine();
  }
  void set_idle(std::size_t input) {
    inputs_[input].idle = true;
    combine();
  }
  std::int64_t now() const { return now_; }

 private:
  struct Input {
    std::int64_t time = INT64_MIN;
    bool idle = false;
  };

  void combine() {
    std::int64_t smallest = INT64_MAX, largest = INT64_MIN;
    bool active = false;
    for (const Input& in : inputs_) {
      largest = std::max(largest, in.time);
      if (in.idle) continue;
      active = true;
      smallest = std::min(smallest, in.time);
    }
    now_ = std::max(now_, active ? smallest : largest);
  }

  std::vector<Input> inputs_;
  std::int64_t now_ = INT64_MIN;
};

}  // namespace weir::testing
