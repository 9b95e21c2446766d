// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/process.h>

#include <cstdint>
#include <memory>
#include <string>

#include "kept_bytes.h"
#include "matching.h"
#include "pair_output.h"

namespace weir::join {

/// Pairs records of two inputs that have the same key and belong together in event time.
class Join final : public Process {
 public:
  static void describe(Descriptor& d);
  static std::string misfits(const Options&, Surroundings around) {
    return around.event_time ? std::string() : "works in event time";
  }
  static PortList ports(const Options& options) { return PairOutput::ports(options); }
  static std::string takes(const Options& options, std::uint32_t /*input*/) {
    return PairOutput::takes(options);
  }
  explicit Join(const Options& options);

  void start(Context& context) override {
    kept_.open(context);
    matching_->start(context);
  }
  void process_input(std::uint32_t input, const Record& record, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override { matching_->on_time(timer.time, out); }

 private:
  /// Throws Failure when the record cannot be joined at all.
  void check(const Record& record);

  PairOutput output_;
  KeptBytes kept_;
  const std::unique_ptr<Matching> matching_;
  JsonReader reader_;
};

}  // namespace weir::join
