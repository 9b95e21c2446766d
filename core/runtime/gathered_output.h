// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/host_memory.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir {

/// What a stage emits by one port, call by call, until it leaves together: a batch of one record costs the
/// stages behind nearly as much as one of many. It counts references to the records' blocks. Used by the
/// task's thread.
class GatheredOutput {
 public:
  /// So many leave at the latest.
  static constexpr std::size_t kMost = 256;

  GatheredOutput() = default;
  GatheredOutput(const GatheredOutput&) = delete;
  GatheredOutput& operator=(const GatheredOutput&) = delete;
  ~GatheredOutput() { host_memory::release(records_.data(), records_.size()); }

  /// Whether these may be put behind what is there.
  bool has_room(std::uint32_t port, std::size_t count) const {
    return (records_.empty() || port == port_) && records_.size() + count <= kMost;
  }
  void add(std::uint32_t port, const weir_record* records, std::size_t count) {
    records_.insert(records_.end(), records, records + count);
    host_memory::retain(records, count);
    port_ = port;
  }
  /// Calls emit(port, records, count) where there is something, and holds nothing any more.
  template <class F>
  void leave(F&& emit) {
    if (records_.empty()) return;
    GatheredOutput leaving;
    leaving.records_.swap(records_);
    emit(port_, leaving.records_.data(), leaving.records_.size());
    host_memory::release(leaving.records_.data(), leaving.records_.size());
    leaving.records_.clear();
    records_.swap(leaving.records_);  // its memory
  }

 private:
  std::vector<weir_record> records_;
  std::uint32_t port_ = 0;
};

}  // namespace weir
