// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "lines/block_pool.h"

namespace weir {

/// A line, without its newline (and without a '\r' before that).
struct Line {
  std::string_view text;  ///< a slice of `block`, with WEIR_PADDING readable bytes behind
  weir_block* block = nullptr;
  std::int64_t number = 0;  ///< from 1
  bool too_long = false;    ///< `text` is only its beginning; the rest was skipped
};

/// Splits an open file or stream into lines, in large blocks that the lines are slices of.
///
/// In each call of the plugin: fill() once, then next() until it is false. Memory is bounded by the block
/// size and twice the longest line allowed. A last line without newline is a line; an UTF-8 byte order mark
/// at the beginning is skipped.
class LineReader {
 public:
  enum class Fill {
    kRead,  ///< bytes have come
    kWait,  ///< the stream has nothing now
    kEnd    ///< the end; next() gives the last line if it had no newline
  };

  static constexpr std::size_t kBlockSize = 256 * 1024;

  /// `fd` stays the caller's. Lines before number `first` are skipped. Of a line that is longer than
  /// `max_line` bytes only so many are given.
  LineReader(int fd, BlockPool& pool, std::size_t max_line, std::int64_t first = 1)
      : fd_(fd), pool_(pool), max_line_(max_line), first_(first) {}
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  /// Not before the call that emitted its last lines is over.
  ~LineReader() { pool_.give(std::move(block_)); }

  /// Reads once. Throws std::system_error.
  Fill fill(const Context& context);

  /// The next whole line. Its bytes live until the next fill(), and as long as its block is kept.
  bool next(Line& line) {
    while (begin_ != end_) {
      const char* const start = block_.data() + begin_;
      const auto* const newline =
          static_cast<const char*>(std::memchr(block_.data() + scanned_, '\n', end_ - scanned_));
      if (newline == nullptr) {
        scanned_ = end_;
        if (!unfinished(line)) return false;
      } else {
        begin_ = scanned_ = static_cast<std::size_t>(newline - block_.data()) + 1;
        if (skipping_) {
          skipping_ = false;
          continue;
        }
        take(start, newline, line);
      }
      if (line.number >= first_) return true;
    }
    return false;
  }

  std::int64_t lines() const { return number_; }  ///< so far, skipped ones included
  std::uint64_t bytes() const { return bytes_; }  ///< read so far

 private:
  void make_room(const Context& context);
  bool unfinished(Line& line);

  void take(const char* start, const char* end, Line& line) {
    if (number_++ == 0) start = behind_mark(start, end);
    if (end != start && end[-1] == '\r') --end;
    line.too_long = static_cast<std::size_t>(end - start) > max_line_;
    line.text = {start, line.too_long ? max_line_ : static_cast<std::size_t>(end - start)};
    line.block = block_.get();
    line.number = number_;
  }
  static const char* behind_mark(const char* start, const char* end) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    return std::string_view(start, static_cast<std::size_t>(end - start)).substr(0, 3) == kMark ? start + 3
                                                                                                : start;
  }

  int fd_;
  BlockPool& pool_;
  std::size_t max_line_;
  std::int64_t first_;
  Block block_;
  std::size_t begin_ = 0;  // of what was read and not yet given out
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;  // no newline in [begin_, scanned_)
  std::int64_t number_ = 0;
  std::uint64_t bytes_ = 0;
  bool skipping_ = false;  // the rest of a line that is too long
  bool ended_ = false;
};

}  // namespace weir
