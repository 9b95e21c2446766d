// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/stage.h>

#include <cstddef>
#include <span>
#include <string>

namespace weir {

/// Reads records from outside. Its positions are safe only when commit() says so.
class Source : public Stage {
 public:
  static constexpr weir_kind kKind = WEIR_SOURCE;

  enum class Poll {
    kMore,  ///< there may be more at once
    kIdle,  ///< nothing there now; Context::wake() tells when there is (the host also looks now and then)
    kEnd    ///< there will be no more
  };

  /// Emits about `budget` bytes of records and returns without waiting. Each record has an origin and a
  /// position that grows within it. With budget 0 it emits nothing but keeps its connection alive.
  virtual Poll poll(Context& out, std::size_t budget) = 0;

  /// All records before these positions are delivered durably. Throwing Failure: they come again with the
  /// next.
  virtual void commit(std::span<const weir_position>, Context&) {}

  /// Before start(): where the last run stopped.
  virtual void restore(std::span<const weir_position>, Context&) {}

  /// By what a sink that commits positions in its own transaction proves that they are this source's; see
  /// weir_plugin::claim. Asked at each checkpoint.
  virtual std::string claim(Context&) { return {}; }

  /// How far it is, 0 to 1; negative: unknown. [any-thread]
  virtual double progress() const { return -1; }
};

}  // namespace weir
