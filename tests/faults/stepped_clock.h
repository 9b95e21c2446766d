// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace weir::faults {

/// The time of day that processes see which are started with environment().
class SteppedClock {
 public:
  /// Makes the file `path`. Throws std::runtime_error.
  explicit SteppedClock(const std::filesystem::path& path);
  ~SteppedClock();
  SteppedClock(const SteppedClock&) = delete;
  SteppedClock& operator=(const SteppedClock&) = delete;

  std::map<std::string, std::string> environment() const;
  /// Sets it, also for processes that run: so far ahead of the machine's clock, or behind it.
  void set(std::chrono::milliseconds ahead);
  std::chrono::milliseconds ahead() const;

 private:
  const std::filesystem::path path_;
  std::int64_t* offset_ = nullptr;  // in the file that the processes have mapped
};

}  // namespace weir::faults
