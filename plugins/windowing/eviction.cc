// SPDX-License-Identifier: Apache-2.0
#include "windowing/eviction.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "windowing/change.h"
#include "windowing/times.h"

namespace weir::windowing {

void Eviction::leave_out(std::vector<Record>& records) const {
  if (options_.keep_newest != 0) {
    std::int64_t newest = WEIR_NO_TIME;
    for (const Record& r : records) newest = std::max(newest, r.event_time);
    const std::int64_t limit = subtract_saturated(newest, options_.keep_newest);
    std::erase_if(records, [&](const Record& r) { return r.has_time() && r.event_time <= limit; });
  }
  if (options_.delta) leave_out_far(records);
  const auto last = static_cast<std::size_t>(options_.keep_last);
  if (last != 0 && records.size() > last) {
    records.erase(records.begin(), records.end() - static_cast<std::ptrdiff_t>(last));
  }
}

void Eviction::leave_out_far(std::vector<Record>& records) const {
  std::optional<double> last;
  for (auto r = records.rbegin(); r != records.rend() && !last; ++r) last = number(*r);
  if (!last) return;
  std::erase_if(records, [&](const Record& r) {
    const auto n = number(r);
    return n && std::fabs(*n - *last) >= options_.delta->bound;
  });
}

std::optional<double> Eviction::number(const Record& record) const {
  reader_.read(record);
  return number_of(reader_.find(options_.delta->field));
}

std::size_t Eviction::stale(Records list) const {
  if (takes_away()) return 0;
  const auto last = static_cast<std::size_t>(options_.keep_last);
  if (options_.keep_newest == 0) return last != 0 && list.size() >= 2 * last ? list.size() - last : 0;
  if (list.empty() || !list.back().has_time()) return 0;
  const std::int64_t limit = subtract_saturated(list.back().event_time, options_.keep_newest);
  const auto is_old = [&](const Record& r) { return r.has_time() && r.event_time <= limit; };
  if (!is_old(list[list.size() / 2])) return 0;
  std::size_t old = 0;
  while (is_old(list[old])) ++old;
  return old;
}

}  // namespace weir::windowing
