// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weir::sql {

/// One value on its way into a column, in a form that Poco::Data binds by reference.
struct Cell {
  enum class Kind : std::uint8_t { kNull, kInteger, kNatural, kReal, kText };

  Kind kind = Kind::kNull;
  union {
    std::int64_t integer = 0;
    std::uint64_t natural;
    double real;
  };
  std::string text;  ///< keeps its memory from row to row
};

/// Rows of cells, one cell for each column that may be written; the memory is used again by the next batch.
/// Rows do not move while there are as many as reserve() was told.
class RowTable {
 public:
  explicit RowTable(std::size_t width) : width_(width) {}

  /// Empties the table and makes room.
  void reset(std::size_t rows) {
    if (text_bytes_ > kKeptBytes) cells_ = {};
    if (cells_.size() < rows * width_) cells_.resize(rows * width_);
    bytes_.clear();
    text_bytes_ = 0;
  }

  /// The next row; its cells hold what they held in an earlier batch.
  std::span<Cell> next() { return {cells_.data() + bytes_.size() * width_, width_}; }
  /// The row that next() gave is complete and takes `bytes` in a statement.
  void keep(std::size_t bytes) {
    bytes_.push_back(bytes);
    text_bytes_ += bytes;
  }

  std::size_t size() const { return bytes_.size(); }
  std::span<const Cell> row(std::size_t i) const { return {cells_.data() + i * width_, width_}; }
  std::size_t bytes(std::size_t i) const { return bytes_[i]; }

 private:
  static constexpr std::size_t kKeptBytes = 8u << 20;

  std::size_t width_;
  std::vector<Cell> cells_;
  std::vector<std::size_t> bytes_;
  std::size_t text_bytes_ = 0;
};

}  // namespace weir::sql
