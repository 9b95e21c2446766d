// SPDX-License-Identifier: Apache-2.0
//
// What json_field.h asks first: nearly all records are short objects without escapes.
#pragma once

#include <weir/field_path.h>

#include <simdjson.h>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir {

/// Finds fields of short JSON objects in which nothing is unusual, in one walk from the first byte to the
/// last and a quarter of the time that a parser for all of JSON needs. It checks no less than JsonReader
/// promises, and is surer: what it does not find plain, be it right or wrong, is left to the parser, which
/// knows what is wrong.
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
#if defined(__SSE2__)
    if (text.size() < 2 || text.size() > kLongest || text.front() != '{' || text.back() != '}') return false;
    text_ = text;
    is_utf8_ = false;
    return true;
#else
    return static_cast<void>(text), false;
#endif
  }

#if defined(__SSE2__)
  /// After open(). `found`: a string's content, or a scalar as it stands there, unread; it begins as one.
  Answer find(Steps steps, std::string_view& found) {
    if (steps.empty()) return Answer::kNotPlain;
    Walk walk{text_.data() + 1, text_.data() + text_.size(), false, Answer::kMissing, {}};
    if (!walk.object(steps) || walk.at != walk.end) return Answer::kNotPlain;
    if (walk.high && !is_utf8_ && !simdjson::validate_utf8(text_.data(), text_.size()))
      return Answer::kNotPlain;
    is_utf8_ = true;
    found = walk.found;
    return walk.answer;
  }

 private:
  /// Sixteen bytes; what stands behind the text is not told from it.
  struct Lane {
    explicit Lane(const char* p) : bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))) {}

    std::uint32_t equal(char c) const { return mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))); }
    /// Opening or closing brackets: [ is { and ] is } but for one bit.
    std::uint32_t brackets(char brace) const {
      return mask(_mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8(brace)));
    }
    std::uint32_t high() const { return mask(bytes); }
    /// Below `c`, or high.
    std::uint32_t below(char c) const { return mask(_mm_cmplt_epi8(bytes, _mm_set1_epi8(c))); }

    static std::uint32_t mask(__m128i lanes) { return static_cast<std::uint32_t>(_mm_movemask_epi8(lanes)); }

    __m128i bytes;
  };
  /// The bits before the first one of `mask`.
  static std::uint32_t before(std::uint32_t mask) {
    return (mask & (~mask + 1)) - 1;
  }

  /// Functions that return bool give false when something is not plain. They stand at the first byte of what
  /// they are called for, and then behind its last one.
  struct Walk {
    const char* at;
    const char* const end;
    bool high;  ///< there are bytes that are no ASCII
    Answer answer;
    std::string_view found;

    void skip_blanks() {
      while (*at == ' ' && at < end) ++at;
    }

    /// Behind the opening quote; then behind the closing one.
    bool string() {
      for (; at < end; at += 16) {
        const Lane lane(at);
        const std::uint32_t quotes = lane.equal('"');
        const std::uint32_t mine = quotes == 0 ? 0xffff : before(quotes);
        const std::uint32_t highs = lane.high() & mine;
        if (((lane.equal('\\') | (lane.below(0x20) & ~highs)) & mine) != 0) return false;
        high = high || highs != 0;
        if (quotes == 0) continue;
        at += std::countr_zero(quotes) + 1;
        return at < end;
      }
      return false;
    }

    /// Behind the opening bracket.
    bool object(Steps steps) {
      bool wanted = !steps.front().by_index;
      skip_blanks();
      if (*at == '}') return ++at, true;
      for (;;) {
        if (*at != '"') return false;
        const char* const name = ++at;
        if (!string()) return false;
        const std::string_view text(name, static_cast<std::size_t>(at - name) - 1);
        skip_blanks();
        if (*at != ':') return false;
        ++at;
        skip_blanks();
        const bool is_wanted = wanted && text == steps.front().name;
        wanted = wanted && !is_wanted;
        if (!value(is_wanted ? steps : Steps())) return false;
        skip_blanks();
        const char sign = *at++;
        if (sign == '}') return at <= end;
        if (sign != ',' || at >= end) return false;
        skip_blanks();
      }
    }

    /// No steps: one that is passed over.
    bool value(Steps steps) {
      switch (*at) {
        case '"': {
          const char* const text = ++at;
          if (!string()) return false;
          if (steps.size() == 1) {
            answer = Answer::kString;
            found = {text, static_cast<std::size_t>(at - text) - 1};
          }
          return true;
        }
        case '{':
          if (steps.empty()) return pass_over();
          return steps.size() > 1 && (++at, object(steps.subspan(1)));
        case '[':
          return steps.empty() && pass_over();
        default:
          return scalar(steps);
      }
    }

    bool scalar(Steps steps) {
      const char first = *at;
      if ((first < '0' || first > '9') && first != '-' && first != 't' && first != 'f' && first != 'n')
        return false;
      const char* const text = at;
      for (; at < end; at += 16) {
        const Lane lane(at);
        const std::uint32_t ends = lane.equal(',') | lane.brackets('}');
        const std::uint32_t mine = ends == 0 ? 0xffff : before(ends);
        const std::uint32_t odd =
            lane.below(0x21) | lane.equal('"') | lane.equal(':') | lane.equal('\\') | lane.brackets('{');
        if ((odd & mine) != 0) return false;
        if (ends == 0) continue;
        at += std::countr_zero(ends);
        break;
      }
      if (at >= end) return false;
      if (steps.size() == 1) {
        answer = Answer::kScalar;
        found = {text, static_cast<std::size_t>(at - text)};
      }
      return true;
    }

    /// From an opening bracket to behind the one that closes it; each must be of its kind.
    bool pass_over() {
      std::uint64_t kinds = 1;  // a bit for each open bracket, 1 for an object's, behind a first one
      while (at < end) {
        const Lane lane(at);
        const std::uint32_t quotes = lane.equal('"'), opening = lane.brackets('{'),
                            closing = lane.brackets('}');
        const std::uint32_t signs = quotes | opening | closing;
        const std::uint32_t mine = signs == 0 ? 0xffff : before(signs);
        if (((lane.below(0x20) | lane.equal('\\')) & mine) != 0) return false;
        if (signs == 0) {
          at += 16;
          continue;
        }
        at += std::countr_zero(signs);
        if (at >= end) return false;
        const char sign = *at++;
        if (sign == '"') {
          if (!string()) return false;
        } else if (sign == '{' || sign == '[') {
          if (kinds >> 62 != 0) return false;
          kinds = 2 * kinds + (sign == '{' ? 1 : 0);
        } else {
          if ((kinds & 1) != (sign == '}' ? 1 : 0)) return false;
          kinds /= 2;
          if (kinds == 1) return true;
        }
      }
      return false;
    }
  };

  std::string_view text_;
  bool is_utf8_ = false;  ///< as far as it was looked at
#else
  Answer find(Steps, std::string_view&) {
    return Answer::kNotPlain;
  }
#endif
};

}  // namespace weir
