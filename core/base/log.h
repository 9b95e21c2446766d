// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace weir {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

/// What the program tells its operator while it runs, one line each:
///
///     2026-11-22T18:00:00.123Z WARN lookup: the service answered 503, trying again in 2s
///
/// Any thread may write. Lines of one stage that begin alike (numbers in them aside) are limited to kBurst in
/// each kInterval; how many were left out is said as soon as the interval is over and something is written,
/// or by flush(). Control characters are escaped, so that data in a message can neither fake a line nor drive
/// a terminal.
class Log {
 public:
  /// Takes one line without its line break. Called by one thread at a time.
  using Writer = std::function<void(std::string_view line)>;

  static constexpr int kBurst = 5;
  static constexpr std::int64_t kInterval = 10'000;  ///< milliseconds

  /// Writes to standard error. `clock` must outlive the log.
  explicit Log(const Clock& clock, LogLevel least = LogLevel::kInfo);
  Log(const Clock& clock, LogLevel least, Writer writer);
  /// Flushes.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// `stage`: who speaks, a stage's name or a part of the program. Lines below the least level are dropped.
  void write(LogLevel level, std::string_view stage, std::string_view text);
  /// Says now what was left out so far.
  void flush();

 private:
  struct Repetition {
    std::int64_t since = 0;  ///< when the interval began
    int written = 0;
    std::uint64_t left_out = 0;
    LogLevel level = LogLevel::kInfo;
    std::string text;  ///< the last one left out
  };
  using Key = std::pair<std::string, std::string>;  ///< stage, start of the text

  void put(std::int64_t now, LogLevel level, std::string_view stage, std::string_view text);
  void end_intervals(std::int64_t now, bool all);

  const Clock& clock_;
  const LogLevel least_;
  const Writer writer_;

  std::mutex mutex_;  // protects what follows, and the writer
  std::map<Key, Repetition> repetitions_;
  std::int64_t looked_at_ = 0;  ///< when end_intervals last ran
};

}  // namespace weir
