// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace weir {

/// Blocks of one size, used again when no record refers to them any more: memory that is warm and mapped.
class BlockPool {
 public:
  explicit BlockPool(std::size_t block_size) : block_size_(block_size) {}

  std::size_t block_size() const { return block_size_; }

  /// A block of block_size() bytes that nobody else refers to.
  Block take(const Context& context) {
    const auto free = std::find_if(blocks_.begin(), blocks_.end(), [](const Block& b) { return b.unique(); });
    if (free == blocks_.end()) return context.block(block_size_);
    std::swap(*free, blocks_.back());
    Block block = std::move(blocks_.back());
    blocks_.pop_back();
    return block;
  }

  /// Gives a block back that records may still refer to. Not before the call that emitted them is over.
  void give(Block block) {
    if (block && block.capacity() == block_size_ && blocks_.size() < kKept)
      blocks_.push_back(std::move(block));
  }

 private:
  static constexpr std::size_t kKept = 8;

  std::size_t block_size_;
  std::vector<Block> blocks_;
};

/// Room for records that a source makes itself, in blocks that live as long as the records.
class BlockArena {
 public:
  explicit BlockArena(std::size_t block_size) : pool_(block_size) {}

  /// Call it first in each call of the plugin: what the last one emitted has been handed on by now.
  void begin_call() {
    for (auto& block : full_) pool_.give(std::move(block));
    full_.clear();
    if (!block_) return;
    // Another thread may read the padding behind a record that is still alive, so nothing is written there.
    used_ = block_.unique() ? 0 : used_ + WEIR_PADDING;
  }

  /// At least `size` bytes, aligned as for a pointer, valid as long as block() is referred to.
  char* room(const Context& context, std::size_t size) {
    used_ = (used_ + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);
    if (!block_ || used_ + size > block_.capacity()) {
      if (block_) full_.push_back(std::move(block_));
      block_ = size <= pool_.block_size() ? pool_.take(context) : context.block(size);
      used_ = 0;
    }
    return block_.data() + used_;
  }
  /// So many bytes of the last room() are taken.
  void use(std::size_t size) { used_ += size; }

  /// The owner of the last room().
  weir_block* block() const { return block_.get(); }

 private:
  BlockPool pool_;
  Block block_;
  std::size_t used_ = 0;
  std::vector<Block> full_;  // of this call
};

}  // namespace weir
