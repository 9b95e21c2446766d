// SPDX-License-Identifier: Apache-2.0
//
// What json_field.h asks first: nearly all records are short objects without escapes.
#pragma once

#include <weir/field_path.h>

#include <simdjson.h>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir {

/// Finds fields of short JSON objects in which nothing is unusual, in about half of the time that a parser
/// for all of JSON needs. It checks no less than JsonReader promises, and is surer: what it does not find
/// plain, be it right or wrong, is left to the parser, which knows what is wrong.
///
/// Plain is an object of at most kLongest bytes with no white space around it, without escapes and without
/// other white space than blanks. One thread.
class PlainJson {
 public:
  static constexpr std::size_t kLongest = 1024;

  using Steps = std::span<const FieldPath::Step>;
  enum class Answer : std::uint8_t { kNotPlain, kMissing, kString, kScalar };

  /// Begins to read `text`, which has WEIR_PADDING readable bytes behind it; false when it is not plain.
  bool open(std::string_view text) {
    if (text.size() < 2 || text.size() > kLongest || text.front() != '{' || text.back() != '}') return false;
    text_ = text.data();
    return mark(text);
  }

  /// After open(). `found`: a string's content, or a scalar as it stands there, unread; it begins as one.
  Answer find(Steps steps, std::string_view& found) {
    if (steps.empty()) return Answer::kNotPlain;
    answer_ = Answer::kMissing;
    std::size_t at = 1;
    if (!in_object(at, steps, found) || at != count_) return Answer::kNotPlain;
    return answer_;
  }

 private:
#if defined(__SSE2__)
  /// One bit for each of 64 bytes.
  struct Marks {
    std::uint64_t quotes = 0, signs = 0, blanks = 0, odd = 0, high = 0;
  };

  static Marks marks_of(const char* p) {
    Marks marks;
    for (int lane = 0; lane < 4; ++lane) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * lane));
      const auto equal = [&](__m128i b, char c) { return _mm_cmpeq_epi8(b, _mm_set1_epi8(c)); };
      const auto put = [&](std::uint64_t& to, __m128i mask) {
        to |= std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(mask))} << (16 * lane);
      };
      const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));  // [ and ] as { and }
      put(marks.quotes, equal(bytes, '"'));
      put(marks.signs, _mm_or_si128(_mm_or_si128(equal(folded, '{'), equal(folded, '}')),
                                    _mm_or_si128(equal(bytes, ':'), equal(bytes, ','))));
      put(marks.blanks, equal(bytes, ' '));
      put(marks.odd, _mm_or_si128(equal(bytes, '\\'), _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20))));
      put(marks.high, bytes);
    }
    marks.odd &= ~marks.high;  // as signed bytes they are below 0x20 too
    return marks;
  }

  /// Each bit is the number, odd or even, of the bits up to it.
  static std::uint64_t parity(std::uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
  }

  /// Notes where quotes stand and, outside of strings, brackets, colons and commas.
  bool mark(std::string_view text) {
    count_ = 0;
    std::uint64_t inside = 0;  // all ones where a block begins inside of a string
    std::uint64_t high = 0, blanks = 0;
    for (std::size_t start = 0; start < text.size(); start += 64) {
      Marks marks = marks_of(text.data() + start);
      const std::size_t left = text.size() - start;
      const std::uint64_t mine = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
      if ((marks.odd & mine) != 0) return false;
      high |= marks.high & mine;
      marks.quotes &= mine;
      const std::uint64_t in_string = parity(marks.quotes) ^ inside;
      inside = std::uint64_t{0} - (in_string >> 63);
      blanks |= marks.blanks & mine & ~in_string;
      for (std::uint64_t bits = ((marks.signs & ~in_string) | marks.quotes) & mine; bits != 0;
           bits &= bits - 1)
        places_[count_++] =
            static_cast<std::uint16_t>(start + static_cast<std::size_t>(std::countr_zero(bits)));
    }
    if (inside != 0 || (high != 0 && !simdjson::validate_utf8(text.data(), text.size()))) return false;
    has_blanks_ = blanks != 0;
    // A look beyond the last finds the first again, a bracket that fits nowhere.
    for (std::size_t i = 0; i < kBeyond; ++i) places_[count_ + i] = 0;
    return true;
  }
#else
  bool mark(std::string_view /*text*/) {
    return false;
  }
#endif

  char sign(std::size_t at) const {
    return text_[places_[at]];
  }
  /// Whether there is nothing but blanks from here to there.
  bool blank(std::size_t from, std::size_t to) const {
    if (!has_blanks_) return from == to;
    while (from < to && text_[from] == ' ') ++from;
    return from == to;
  }
  std::string_view slice(std::size_t from, std::size_t to) const {
    return {text_ + from, to - from};
  }

  /// `at` is the place behind the opening bracket, then the one behind the closing one. False when something
  /// is not plain.
  bool in_object(std::size_t& at, Steps steps, std::string_view& found) {
    bool wanted = !steps.front().by_index;
    if (sign(at) == '}') return blank(places_[at - 1] + 1u, places_[at]) && ++at != 0;
    for (;;) {
      const std::size_t name = places_[at], name_end = places_[at + 1], colon = places_[at + 2];
      if (text_[name] != '"' || text_[colon] != ':' || !blank(places_[at - 1] + 1u, name) ||
          !blank(name_end + 1, colon))
        return false;
      at += 3;
      const bool is_wanted = wanted && slice(name + 1, name_end) == steps.front().name;
      wanted = wanted && !is_wanted;
      std::size_t end = 0;  // of the value
      if (!in_value(at, end, colon + 1, is_wanted ? steps : Steps(), found)) return false;
      const char next = sign(at);
      if ((next != ',' && next != '}') || !blank(end, places_[at])) return false;
      ++at;
      if (next == '}') return true;
    }
  }

  /// `start`: behind the colon. No steps: a value that is passed over.
  bool in_value(std::size_t& at, std::size_t& end, std::size_t start, Steps steps, std::string_view& found) {
    if (has_blanks_) {
      while (text_[start] == ' ') ++start;
    }
    const std::size_t place = places_[at];
    if (place != start) {
      end = place;
      return scalar(slice(start, end), steps, found);
    }
    switch (text_[start]) {
      case '"':
        end = places_[at + 1] + 1u;
        at += 2;
        if (steps.size() == 1) {
          answer_ = Answer::kString;
          found = slice(start + 1, end - 1);
        }
        return true;
      case '{':
        if (steps.size() == 1) return false;
        if (!steps.empty()) {
          ++at;
          if (!in_object(at, steps.subspan(1), found)) return false;
        } else if (!pass_over(at)) {
          return false;
        }
        end = places_[at - 1] + 1u;
        return true;
      case '[':
        if (!steps.empty() || !pass_over(at)) return false;
        end = places_[at - 1] + 1u;
        return true;
      default:
        return false;
    }
  }

  bool scalar(std::string_view text, Steps steps, std::string_view& found) {
    if (text.empty() || (has_blanks_ && text.find(' ') != std::string_view::npos)) return false;
    const char first = text.front();
    if ((first < '0' || first > '9') && first != '-' && first != 't' && first != 'f' && first != 'n')
      return false;
    if (steps.size() == 1) {
      answer_ = Answer::kScalar;
      found = text;
    }
    return true;
  }

  /// From an opening bracket to behind the one that closes it; each must be of its kind.
  bool pass_over(std::size_t& at) const {
    std::uint64_t kinds = 1;  // a bit for each open bracket, 1 for an object's, behind a first one
    for (; at < count_; ++at) {
      switch (sign(at)) {
        case '{':
        case '[':
          if (kinds >> 62 != 0) return false;
          kinds = 2 * kinds + (sign(at) == '{' ? 1 : 0);
          break;
        case '}':
        case ']':
          if ((kinds & 1) != (sign(at) == '}' ? 1 : 0)) return false;
          kinds /= 2;
          if (kinds == 1) return ++at, true;
          break;
        default:
          break;
      }
    }
    return false;
  }

  static constexpr std::size_t kBeyond = 6;

  const char* text_ = nullptr;
  std::size_t count_ = 0;  ///< of places_
  bool has_blanks_ = false;
  Answer answer_ = Answer::kMissing;
  std::array<std::uint16_t, kLongest + kBeyond> places_;
};

}  // namespace weir
