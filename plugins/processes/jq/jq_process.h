// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/process.h>

#include "program.h"

namespace weir::jq {

// Runs a jq program over each value; each result is a record like the one it was made of.
class JqProcess final : public Process {
 public:
  static void describe(Descriptor& d);
  explicit JqProcess(const Options& options);

  void start(Context& context) override;
  using Process::process;
  void process(const Record& record, Context& out) override;

 private:
  Program program_;
  bool raw_;
  bool round_;
  Counter empty_;
};

}  // namespace weir::jq
