// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <weir/testing.h>

#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/wait_until.h"

namespace weir::test {

/// A process() of a plugin's harness on a thread of its own, as a worker of the runtime calls it.
template <class Harness>
class BackgroundCall {
 public:
  BackgroundCall(Harness& h, std::vector<testing::Item> items)
      : thread_([this, &h, items = std::move(items)] {
          try {
            h.process(items);
          } catch (...) {
            error_ = std::current_exception();
          }
        }) {}
  BackgroundCall(const BackgroundCall&) = delete;
  BackgroundCall& operator=(const BackgroundCall&) = delete;
  ~BackgroundCall() {
    if (thread_.joinable()) thread_.join();
  }
  /// Waits for its end; throws what it threw.
  void get() {
    thread_.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
  std::thread thread_;
};

/// Until the plugin has logged a line with this part.
template <class Harness>
void wait_for_log(Harness& h, const std::string& part) {
  const bool seen = support::wait_until(support::kLongWait, [&] {
    for (const auto& line : h.log_lines()) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  });
  ASSERT_TRUE(seen) << "no line with '" << part << "' was logged";
}

}  // namespace weir::test
