// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/connection.h"
#include "sql_client/error_class.h"

#include <weir/context.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace weir::sql {

/// When it is tried again that a database is away or busy.
struct Retry {
  std::chrono::milliseconds first{0};
  std::chrono::milliseconds most{0};
  std::int64_t attempts = 0;  ///< 0: without end
};

/// The waits between tries while a database is away or busy, each twice as long as the last, and what is said
/// of it: one line when it begins and one when it is over. One thread.
class Outage {
 public:
  Outage(const Retry& retry, std::string label) : retry_(retry), label_(std::move(label)) {}

  /// What to do after an error that is neither of data nor of configuration: returns when it should be tried
  /// again, with the connection closed where it is lost. All statements of a lost connection must be gone.
  /// `fresh`: it was made for this call; another one is replaced at once, since a server closes what was idle
  /// for long. Counts `retries`. Throws Stop when there is no next try, or the connection was aborted.
  void recover(const SqlError& error, Connection& connection, bool fresh, Context& out);
  /// It works again.
  void over(Context& out);

 private:
  void wait(const SqlError& error, Context& out);

  Retry retry_;
  std::string label_;
  std::int64_t tries_ = 0;
  bool told_ = false;
  std::chrono::milliseconds since_{0};
  std::chrono::milliseconds next_{0};
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace weir::sql
