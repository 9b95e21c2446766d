// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <utility>

#include "base/units.h"
#include "cli/account.h"

namespace weir {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

Progress::Progress(const Job& job, Log& log, bool quiet)
    : job_(job),
      log_(log),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) == 1),
      interval_(terminal_ ? milliseconds(500) : milliseconds(10'000)) {}

std::string Progress::text() {
  const Account account = make_account(job_.graph(), job_.totals());
  const auto now = steady_clock::now();
  const double seconds = duration<double>(now - std::exchange(last_, now)).count();
  const std::uint64_t before = std::exchange(last_read_, account.read);
  const double rate = seconds > 0 ? static_cast<double>(account.read - before) / seconds : 0;
  std::string text = std::to_string(static_cast<long>(duration<double>(now - start_).count())) + " s  read " +
                     format_count(account.read) + " (" +
                     format_count(static_cast<std::uint64_t>(std::llround(rate))) + "/s)";
  for (const auto& [sink, n] : account.written) text += "  " + sink + " " + format_count(n);
  if (const double done = job_.progress(); done >= 0) {
    text += "  " + std::to_string(static_cast<int>(done * 100)) + " %";
  }
  return text;
}

void Progress::show() {
  if (quiet_) return;
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", text().c_str());
    std::fflush(stderr);
  } else {
    log_.write(LogLevel::kInfo, "etl-run", text());
  }
}

void Progress::clear() {
  if (quiet_ || !terminal_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace weir
