// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

class KeyReader;

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
  /// By which records' keys are found here; null where there is no key. Who has opened the records already
  /// may find the keys for it, and hand both over by take_keyed(); a record without a key it refuses.
  virtual KeyReader* key_reader() { return nullptr; }
  virtual void take_keyed(const weir_record* /*records*/, const weir_slice* /*keys*/, std::size_t /*count*/,
                          Inlet /*inlet*/) {}
  virtual void refuse_keyless(const weir_record& /*record*/, std::string_view /*why*/) {}
  /// `wire`: the number of the connection, see StageNode::connect().
  virtual void take_watermark(std::size_t wire, std::int64_t time) = 0;
  virtual void take_idle(std::size_t wire, bool idle) = 0;
  /// Whether more is waiting here than the stage's `queue` allows.
  virtual bool full() const = 0;
};

}  // namespace weir
