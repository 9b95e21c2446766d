// SPDX-License-Identifier: Apache-2.0
#include "outcome.h"

#include <weir/fail_point.h>

#include <algorithm>
#include <iostream>

namespace weir::faults {

void Outcome::take_account(Pipeline& of) {
  Account account(records);
  of.read_outputs(account);
  missing = account.missing();
  twice = account.twice();
  foreign = account.foreign();
  if (!good() && !account.examples().empty()) std::cout << pipeline << ":\n" << account.examples();
}

void Outcome::killed_at(const std::string& at) {
  ++kills;
  ++fail_points[at.substr(0, at.find(':'))];
}

std::vector<std::string_view> points_of(const Pipeline& pipeline) {
  std::vector<std::string_view> points;
  const auto groups = pipeline.point_groups();
  for (const auto point : kFailPoints) {
    const bool of_transactions = point == "job.recover" || point == "meeting.prepare";
    if (of_transactions && pipeline.delivery() == Delivery::kAtLeastOnce) continue;
    const auto has_it = [&](const std::string& group) { return point.starts_with(group); };
    if (std::any_of(groups.begin(), groups.end(), has_it)) points.push_back(point);
  }
  return points;
}

}  // namespace weir::faults
