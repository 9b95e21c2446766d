// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace weir {

/// Lines on their way to a file. Like a std::string, but what is appended is the only thing written.
class LineBuffer {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view text() const { return {data_.get(), size_}; }

  /// Appends a line, and its newline.
  void append_line(std::string_view line) {
    if (capacity_ - size_ <= line.size()) grow(line.size() + 1);
    if (!line.empty()) std::memcpy(data_.get() + size_, line.data(), line.size());
    size_ += line.size();
    data_[size_++] = '\n';
  }

  void clear() { size_ = 0; }

 private:
  void grow(std::size_t more) {
    const std::size_t capacity = std::max(2 * capacity_, size_ + more);
    std::unique_ptr<char[]> data(new char[capacity]);  // make_unique would write zeros
    if (size_ != 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace weir
