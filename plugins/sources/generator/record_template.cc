// SPDX-License-Identifier: Apache-2.0
#include "sources/generator/record_template.h"

#include <weir/options.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <sstream>

namespace weir::generator {
namespace {

constexpr std::size_t kMaxDigits = 20;  // of a 64-bit number with its sign
constexpr std::size_t kMaxTime = 32;
constexpr std::size_t kMaxHex = 4096;

/// SplitMix64 (Steele, Lea, Flood 2014): each record has its own stream of numbers, so that a record does not
/// depend on which task makes it.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t sequence) : state_(mix(seed) + sequence * kGamma) {
    state_ = mix(state_);
  }
  std::uint64_t next() { return mix(state_ += kGamma); }
  /// Evenly from 0 to span - 1; all 64 bits when span is 0.
  std::uint64_t below(std::uint64_t span) {
    if (span == 0) return next();
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(next()) * span >> 64);
  }

 private:
  static constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15;
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

[[noreturn]] void wrong(std::string_view inside, const std::string& expected) {
  throw OptionError("/template", "'{{" + std::string(inside) + "}}': " + expected);
}

std::int64_t number(std::string_view inside, const std::string& word) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc{} || end != word.data() + word.size()) {
    wrong(inside, "'" + word + "' is not a whole number of 64 bits");
  }
  return n;
}

char* write(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

template <class Number>
char* write_number(Number n, char* to) {
  return std::to_chars(to, to + kMaxDigits, n).ptr;
}

}  // namespace

RecordTemplate::RecordTemplate(std::string_view text) {
  while (!text.empty()) {
    const auto open = std::min(text.find("{{"), text.size());
    if (open != 0) parts_.push_back({Kind::kText, std::string(text.substr(0, open))});
    text.remove_prefix(open);
    if (text.empty()) break;
    const auto close = text.find("}}");
    if (close == text.npos) wrong(text.substr(2), "the closing '}}' is missing");
    parts_.push_back(parse_placeholder(text.substr(2, close - 2)));
    text.remove_prefix(close + 2);
  }
  for (const auto& part : parts_) max_size_ += max_size_of(part);
}

RecordTemplate::Part RecordTemplate::parse_placeholder(std::string_view inside) {
  std::istringstream stream{std::string(inside)};
  std::string name;
  stream >> name;
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  Part part;
  if (name == "sequence" || name == "now") {
    if (!words.empty()) wrong(inside, "'" + name + "' takes nothing behind its name");
    part.kind = name == "now" ? Kind::kNow : Kind::kSequence;
  } else if (name == "random") {
    if (words.size() != 2)
      wrong(inside, "the lowest and the highest number are expected, as in {{random 1 100}}");
    part.kind = Kind::kRandom;
    part.low = number(inside, words[0]);
    const std::int64_t high = number(inside, words[1]);
    if (high < part.low) wrong(inside, "the highest number is below the lowest");
    part.span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(part.low) + 1;
  } else if (name == "hex") {
    const std::int64_t digits = words.size() == 1 ? number(inside, words[0]) : 0;
    if (digits < 1 || digits > static_cast<std::int64_t>(kMaxHex)) {
      wrong(inside,
            "a number of digits from 1 to " + std::to_string(kMaxHex) + " is expected, as in {{hex 8}}");
    }
    part.kind = Kind::kHex;
    part.digits = static_cast<std::size_t>(digits);
  } else if (name == "choice") {
    if (words.empty()) wrong(inside, "the words to choose from are expected, as in {{choice red green}}");
    part.kind = Kind::kChoice;
    part.choices = std::move(words);
  } else {
    wrong(inside, "no such placeholder; known are sequence, random, hex, choice and now");
  }
  return part;
}

std::size_t RecordTemplate::max_size_of(const Part& part) {
  switch (part.kind) {
    case Kind::kText:
      return part.text.size();
    case Kind::kHex:
      return part.digits;
    case Kind::kChoice:
      return std::max_element(part.choices.begin(), part.choices.end(),
                              [](const auto& a, const auto& b) { return a.size() < b.size(); })
          ->size();
    case Kind::kNow:
      return kMaxTime;
    case Kind::kSequence:
    case Kind::kRandom:
      break;
  }
  return kMaxDigits;
}

char* RecordTemplate::render(std::uint64_t sequence, std::uint64_t seed, std::string_view now,
                             char* to) const {
  Random random(seed, sequence);
  for (const auto& part : parts_) {
    switch (part.kind) {
      case Kind::kText:
        to = write(part.text, to);
        break;
      case Kind::kSequence:
        to = write_number(sequence, to);
        break;
      case Kind::kRandom:
        to = write_number(
            static_cast<std::int64_t>(static_cast<std::uint64_t>(part.low) + random.below(part.span)), to);
        break;
      case Kind::kHex:
        for (std::size_t i = 0; i < part.digits;) {
          std::uint64_t bits = random.next();
          for (int k = 0; k < 16 && i < part.digits; ++k, ++i, bits >>= 4)
            *to++ = "0123456789abcdef"[bits & 15];
        }
        break;
      case Kind::kChoice:
        to = write(part.choices[random.below(part.choices.size())], to);
        break;
      case Kind::kNow:
        to = write(now.substr(0, kMaxTime), to);
        break;
    }
  }
  return to;
}

}  // namespace weir::generator
