// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/process.h>

#include <cstdint>
#include <string_view>

#include "kept_side.h"

namespace weir::join {

/// Pairs records of two inputs that have the same key and lie near each other in event time.
class Join final : public Process {
 public:
  static void describe(Descriptor& d);
  static PortList ports(const Options& options);
  explicit Join(const Options& options);

  void start(Context& context) override;
  void process_input(std::uint32_t input, const Record& record, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;

 private:
  enum Input : std::uint32_t { kLeft = 0, kRight = 1 };

  /// Throws Failure when the record cannot be joined at all.
  void check(const Record& record, const Context& out);
  /// Emits the pairs; whether there were any.
  bool pair_up(Input input, const Record& record, Context& out);
  /// The watermark at which no partner can come any more.
  std::int64_t expiry(Input input, std::int64_t time) const {
    return input == kLeft ? time + upper_ : time - lower_;
  }
  void expire(Input input, std::int64_t time, std::int64_t now, Context& out);
  void emit_pair(std::string_view left, std::string_view right, std::int64_t time, Context& out);
  /// With null in the place of its partner, or by its port.
  void emit_unmatched(Input input, const Record& record, Context& out);

  struct Bounds {
    std::int64_t lower, upper;  // milliseconds, both included
  };
  static Bounds bounds(const Options& options);
  Join(const Options& options, Bounds bounds);

  const std::int64_t lower_, upper_;
  const bool null_for_left_, null_for_right_;  // whether an unmatched record of the left, right is joined
  const Port unmatched_left_, unmatched_right_;
  KeptSide left_, right_;
  JsonReader reader_;
};

}  // namespace weir::join
