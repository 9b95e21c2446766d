// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace weir {

/// How far event time has come at a stage: the smallest watermark of its inputs, idle ones left out; it never
/// goes back. The rules are Flink's:
///  - an input that was idle and comes back below the others does not hold them back until it has caught up;
///  - when all inputs are idle, event time moves on to the furthest of them.
/// An input that has ended (kEnd) holds nothing back. Used by the task's thread.
class Watermarks {
 public:
  static constexpr std::int64_t kStart = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

  /// Returns the new input's number. One that can never tell the time begins idle.
  std::size_t add(bool idle) {
    inputs_.push_back({kStart, idle, true, false});
    return inputs_.size() - 1;
  }

  /// True when event time has moved on.
  bool advance(std::size_t input, std::int64_t time) {
    Input& in = inputs_[input];
    in.time = std::max(in.time, time);
    if (std::exchange(in.restored, false)) in.aligned = in.time >= now_;
    return combine();
  }
  bool set_idle(std::size_t input, bool idle) {
    Input& in = inputs_[input];
    if (in.idle && !idle) in.aligned = false;
    in.idle = idle;
    return combine();
  }

  /// Event time had come so far before a restart. It moves on when every input has told again how far it is;
  /// one that lagged behind lags still.
  void restore(std::int64_t now) {
    now_ = now;
    for (Input& in : inputs_) in.restored = true;
  }

  std::int64_t now() const { return now_; }
  /// Whether no input is expected to tell the time.
  bool idle() const {
    return std::all_of(inputs_.begin(), inputs_.end(), [](const Input& in) { return in.idle; });
  }

 private:
  struct Input {
    std::int64_t time;
    bool idle;
    bool aligned;   ///< false while it is behind the others after having been idle
    bool restored;  ///< not told anything since a restart
  };

  bool combine() {
    std::int64_t smallest = kEnd;
    std::int64_t largest = kStart;
    bool active = false;
    bool ended = true;
    for (Input& in : inputs_) {
      if (in.time == kEnd) continue;
      ended = false;
      largest = std::max(largest, in.time);
      in.aligned = in.aligned || in.time >= now_;
      if (in.idle || !in.aligned) {
        active = active || !in.idle;
        continue;
      }
      active = true;
      smallest = std::min(smallest, in.time);
    }
    if (!ended && smallest == kEnd) smallest = active ? kStart : largest;
    if (smallest <= now_) return false;
    now_ = smallest;
    return true;
  }

  std::vector<Input> inputs_;
  std::int64_t now_ = kStart;
};

}  // namespace weir
