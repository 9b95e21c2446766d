// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error_class.h"
#include "settings.h"

#include <weir/context.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace weir::sql {

/// The waits between tries while a database is away or busy, each twice as long as the last, and what is said
/// of it: one line when it begins and one when it is over. One thread.
class Outage {
 public:
  Outage(const Retry& retry, std::string label) : retry_(retry), label_(std::move(label)) {}

  /// Waits before the next try. Throws Stop when there is none: all tries are used up, or the pipeline
  /// aborts.
  void wait(const SqlError& error, Context& out);
  /// It works again.
  void over(Context& out);

 private:
  Retry retry_;
  std::string label_;
  std::int64_t tries_ = 0;
  bool told_ = false;
  std::chrono::milliseconds since_{0};
  std::chrono::milliseconds next_{0};
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace weir::sql
