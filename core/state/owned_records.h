// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace weir {

/// Records that outlive the call that handed them over: in a queue, in a window.
///
/// It counts references to the records' blocks instead of copying. Where a few records would keep a large
/// block alive it copies them into a small one, so that bytes() is what the process really holds, within a
/// factor of four. Not thread-safe; may be moved to another thread.
class OwnedRecords {
 public:
  OwnedRecords() = default;
  OwnedRecords(OwnedRecords&& other) noexcept { swap(other); }
  OwnedRecords& operator=(OwnedRecords&& other) noexcept { return swap(other), *this; }
  ~OwnedRecords();

  void append(const weir_record* records, std::size_t count);
  /// Puts a copy of all its bytes into memory of its own, whatever they stand in now.
  void append_copy(const weir_record& record);
  /// Takes over records whose references the caller owns.
  void adopt(const weir_record& record);
  /// Takes over all of `other`.
  void append(OwnedRecords&& other);
  /// Removes the records for which `gone(record)` holds.
  template <class Predicate>
  void remove_if(Predicate&& gone);

  const weir_record* data() const { return records_.data(); }
  std::size_t size() const { return records_.size(); }
  bool empty() const { return records_.empty(); }
  /// Memory held, in bytes.
  std::size_t bytes() const { return bytes_; }
  auto begin() const { return records_.begin(); }
  auto end() const { return records_.end(); }

 private:
  void copy_run(const weir_record* records, std::size_t count, std::size_t bytes);
  void swap(OwnedRecords& other) noexcept {
    records_.swap(other.records_);
    std::swap(bytes_, other.bytes_);
  }
  static void let_go(const weir_record& record);

  std::vector<weir_record> records_;
  std::size_t bytes_ = 0;
};

template <class Predicate>
void OwnedRecords::remove_if(Predicate&& gone) {
  std::size_t kept = 0;
  for (const auto& record : records_) {
    if (gone(record)) {
      let_go(record);
    } else {
      records_[kept++] = record;
    }
  }
  if (!records_.empty()) bytes_ = bytes_ / records_.size() * kept;
  records_.resize(kept);
}

}  // namespace weir
