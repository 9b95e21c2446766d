// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/process.h>

#include <vector>

#include "conditions/condition.h"

namespace weir::route {

// Sends each record to the ports whose conditions it meets, unchanged and in order. The ports are those of
// the option `routes`, in its order, then `unmatched`.
class Route final : public Process {
 public:
  static void describe(Descriptor& d);
  static PortList ports(const Options& options);
  explicit Route(const Options& options);

  void process(const Batch& batch, Context& out) override;

 private:
  /// Fills targets_ with the ports for the record; false when its value is not JSON.
  bool find_targets(const Record& record);

  std::vector<conditions::Condition> conditions_;  // condition i leads to port i
  bool first_only_;
  JsonReader reader_;
  std::vector<Port> targets_;
};

}  // namespace weir::route
