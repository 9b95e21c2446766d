// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/window.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace weir::time_or_count {

/// Gathers a list, with a `key:` one for each key, and emits it when it is `time` old, has `count` records,
/// or holds `max_bytes`, whichever is first. The time runs from the list's first record, anew for each list.
class TimeOrCount final : public Window {
 public:
  static constexpr Port kOut{0};

  static void describe(Descriptor& d);
  explicit TimeOrCount(const Options& options);

  void start(Context& context) override;
  void process(const Batch& batch, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;
  void finish(Context& out) override;

 private:
  /// Appends records of one key, emitting each time the list is full.
  void add(weir_slice key, Records records, Context& out);
  void emit(weir_slice key, std::chrono::milliseconds start, Context& out);

  const std::chrono::milliseconds time_;
  const std::size_t count_;
  const std::size_t max_bytes_;
  struct List {
    std::chrono::milliseconds start{};  ///< when it got its first record
    std::size_t size = 0;
    std::size_t bytes = 0;  ///< of values and keys
  };
  std::unordered_map<std::string, List> open_;
  Counter by_count_, by_bytes_, by_time_, by_end_;
};

}  // namespace weir::time_or_count
