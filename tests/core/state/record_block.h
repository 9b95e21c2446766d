// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/host_memory.h>
#include <weir/record.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

/// Records that share one block of a given size, as a source hands them over: valid as long as the object, or
/// as somebody else holds the block.
class RecordBlock {
 public:
  explicit RecordBlock(std::size_t capacity) : block_(host_memory::block_new(capacity, &at_)) {}
  RecordBlock(const std::vector<std::string>& values, std::size_t capacity) : RecordBlock(capacity) {
    for (const auto& value : values) add(value);
  }
  RecordBlock(const RecordBlock&) = delete;
  RecordBlock& operator=(const RecordBlock&) = delete;
  ~RecordBlock() { host_memory::block_release(block_); }

  weir_record& add(std::string_view value) {
    Record record;
    record.value = put(value);
    record.block = block_;
    records_.push_back(record);
    return records_.back();
  }
  /// Bytes in the block, for keys and headers.
  weir_slice put(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    const weir_slice slice{at_, bytes.size()};
    at_ += bytes.size();
    return slice;
  }
  weir_block* get() const { return block_; }
  const weir_record* data() const { return records_.data(); }
  std::size_t size() const { return records_.size(); }
  /// How many references there are beside this object's own.
  std::uint32_t others() const { return block_->references.load() - 1; }

 private:
  char* at_ = nullptr;
  weir_block* block_;
  std::vector<weir_record> records_;
};

/// The values of some records, in their order.
template <class List>
std::vector<std::string> values_of(const List& records) {
  std::vector<std::string> values;
  for (const auto& r : records) values.emplace_back(view(r.value));
  return values;
}

}  // namespace weir::test
