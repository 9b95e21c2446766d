// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>

namespace weir {

/// By which of a stage's inputs something comes.
struct Inlet {
  std::uint32_t input = 0;  ///< as the plugin numbers them
  bool broadcast = false;   ///< all tasks see it
  bool operator==(const Inlet&) const = default;
};

/// Where an outlet leads: a stage of the same task, or the exchange in front of it. Used by the task's
/// thread.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void take(const weir_record* records, std::size_t count, Inlet inlet) = 0;
  virtual void take(const weir_group& group, Inlet inlet) = 0;
  /// `wire`: the number of the connection, see StageNode::connect().
  virtual void take_watermark(std::size_t wire, std::int64_t time) = 0;
  virtual void take_idle(std::size_t wire, bool idle) = 0;
  /// Whether more is waiting here than the stage's `queue` allows.
  virtual bool full() const = 0;
};

}  // namespace weir
