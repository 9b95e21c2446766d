// SPDX-License-Identifier: Apache-2.0
//
// A service that takes many members a call may refuse the whole call because of one. These functions find the
// members it refuses, with as few calls as that takes.
#pragma once

#include <cstddef>

namespace weir::lookup {

/// What a call for some members came to.
enum class Asked {
  kGood,     ///< answered for all of them
  kFailed,   ///< over for all of them for a reason that says nothing of any
  kBad,      ///< refused, as at least one of them is bad
  kTooMuch,  ///< refused as too large; none of them need be bad
};

namespace detail {

inline bool refused(Asked asked) {
  return asked == Asked::kBad || asked == Asked::kTooMuch;
}

template <class Ask, class Reject>
void halve(std::size_t begin, std::size_t end, Asked why, Ask& ask, Reject& reject) {
  if (end - begin == 1) return reject(begin);
  const std::size_t middle = begin + (end - begin + 1) / 2;
  const Asked left = ask(begin, middle);
  if (refused(left)) halve(begin, middle, left, ask, reject);
  // What is bad must be in the right half when the left one is good: the answer of that call is known.
  const Asked right = why == Asked::kBad && left == Asked::kGood ? Asked::kBad : ask(middle, end);
  if (refused(right)) halve(middle, end, right, ask, reject);
}

}  // namespace detail

/// Asks for the members [begin, end) by calls of `Asked ask(begin, end)`, and calls `reject(i)` for each that
/// is refused. A refused call is halved; no call is made whose answer follows from others. With n members and
/// k bad ones that is 1 call when k is 0, at most 1 + 2 k ceil(log2 n) calls otherwise: 15 for one in 100.
/// Members come in order: all calls and rejections for lower numbers are before those for higher ones.
template <class Ask, class Reject>
void ask_and_bisect(std::size_t begin, std::size_t end, Ask ask, Reject reject) {
  if (begin == end) return;
  const Asked asked = ask(begin, end);
  if (detail::refused(asked)) detail::halve(begin, end, asked, ask, reject);
}

}  // namespace weir::lookup
