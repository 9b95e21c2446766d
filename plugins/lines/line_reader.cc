// SPDX-License-Identifier: Apache-2.0
#include "lines/line_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace weir {

LineReader::Fill LineReader::fill(const Context& context) {
  make_room(context);
  ssize_t n = 0;
  do {
    n = ::read(fd_, block_.data() + end_, block_.capacity() - end_);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Fill::kWait;
  if (n < 0) throw std::system_error(errno, std::generic_category());
  if (n == 0) {
    ended_ = true;
    return Fill::kEnd;
  }
  end_ += static_cast<std::size_t>(n);
  bytes_ += static_cast<std::uint64_t>(n);
  return Fill::kRead;
}

/// Finds a place for the next bytes that no record's padding reaches into, and moves the unfinished line
/// there.
void LineReader::make_room(const Context& context) {
  if (skipping_) begin_ = end_;
  const std::size_t tail = end_ - begin_;
  const std::size_t scanned = scanned_ - begin_;
  const bool fits = block_ && tail <= block_.capacity() / 2;
  const bool outgrown = block_ && block_.capacity() != pool_.block_size() && tail <= pool_.block_size() / 2;
  Block next;
  std::size_t to = 0;
  if (fits && !outgrown && block_.unique()) {
    std::memmove(block_.data(), block_.data() + begin_, tail);
  } else if (fits && !outgrown && end_ + WEIR_PADDING + tail <= block_.capacity() / 4 * 3) {
    to = end_ + WEIR_PADDING;
    std::memcpy(block_.data() + to, block_.data() + begin_, tail);
  } else {
    next = tail <= pool_.block_size() / 2 ? pool_.take(context) : context.block(2 * tail);
    if (tail != 0) std::memcpy(next.data(), block_.data() + begin_, tail);
    pool_.give(std::exchange(block_, std::move(next)));
  }
  begin_ = to;
  end_ = to + tail;
  scanned_ = to + scanned;
}

/// What is there has no newline yet: it is a line if the input has ended or if it is too long already.
bool LineReader::unfinished(Line& line) {
  const char* const start = block_.data() + begin_;
  const char* const end = block_.data() + end_;
  if (skipping_) {
    begin_ = end_;
    return false;
  }
  // Two more bytes than allowed, so that a '\r' that belongs to the line's end is no reason.
  skipping_ = static_cast<std::size_t>(end - start) > max_line_ + 1 && !ended_;
  if (!skipping_ && !ended_) return false;
  take(start, end, line);
  begin_ = end_;
  return true;
}

}  // namespace weir
