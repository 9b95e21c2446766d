// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/stage.h>

namespace weir {

/// Writes records to the outside. A record it cannot write goes to the error port: out.fail(Port::kError,
/// ...).
class Sink : public Stage {
 public:
  static constexpr weir_kind kKind = WEIR_SINK;
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS;

  /// Takes the records; they need not be durable yet. When it throws Failure, all of them have failed.
  virtual void write(Records records, Context& out) = 0;

  /// Returns when everything taken is durable (fsync, commit, acknowledgement), or has been sent to the error
  /// port. Throwing stops the pipeline, positions kept.
  virtual void flush(Context&) {}
};

}  // namespace weir
