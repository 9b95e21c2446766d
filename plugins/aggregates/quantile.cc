// SPDX-License-Identifier: Apache-2.0
#include "aggregates/quantile.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "aggregates/accumulator.h"
#include "aggregates/grown.h"

namespace weir::aggregates::quantile {
namespace {

/// Behind it stand the numbers (Extreme), or the bins.
struct Head {
  std::uint64_t count = 0;
  Extreme least, greatest;
  std::uint32_t bins = 0;   ///< 0: the numbers stand there
  std::uint32_t level = 0;  ///< how often bins were joined
};

/// Numbers of one size and sign.
struct Bin {
  std::int64_t place;  ///< in the order of the numbers: 0 for zero, those below it negative
  std::uint64_t count;
};

/// Keeps the places of all positive numbers above zero.
constexpr std::int64_t kMiddle = 1 << 20;

double log_gamma() {
  return std::log((1 + kPrecision) / (1 - kPrecision));
}

double as_double(const JsonValue& number) {
  if (number.kind == JsonValue::Kind::kInteger) return static_cast<double>(number.integer);
  return number.kind == JsonValue::Kind::kNatural ? static_cast<double>(number.natural) : number.real;
}

/// Bins i and below, of which each two become one: those of an odd number and of the next one.
std::int64_t joined(std::int64_t place) {
  if (place == 0) return 0;
  const std::int64_t i = (std::abs(place) - kMiddle + 1) >> 1;
  return place < 0 ? -(i + kMiddle) : i + kMiddle;
}

std::int64_t place_of(double number, std::uint32_t level) {
  const double size = std::fabs(number);
  if (size < std::numeric_limits<double>::min()) return 0;  // what is smaller has fewer digits: zero
  const auto i = static_cast<std::int64_t>(std::ceil(std::log(size) / log_gamma()));
  std::int64_t place = number < 0 ? -(i + kMiddle) : i + kMiddle;
  for (; level > 0; --level) place = joined(place);
  return place;
}

/// The number that is off by the same part from both bounds of a bin.
double middle_of(std::int64_t place, std::uint32_t level) {
  if (place == 0) return 0;
  const double log = std::ldexp(log_gamma(), static_cast<int>(level));
  const double i = static_cast<double>(std::abs(place) - kMiddle);
  // 2 g^i / (g + 1), where g^i may be too large for a double.
  const double size = std::exp(i * log + std::log(2 / (std::exp(log) + 1)));
  return place < 0 ? -size : size;
}

Head head_of(std::string_view sketch) {
  Head head;
  if (!sketch.empty()) std::memcpy(static_cast<void*>(&head), sketch.data(), sizeof head);
  return head;
}

bool is_exact(const Head& head) {
  return head.bins == 0;
}

template <class T>
std::vector<T> behind_head(std::string_view sketch, std::size_t count) {
  std::vector<T> all(count);
  if (count != 0)
    std::memcpy(static_cast<void*>(all.data()), sketch.data() + sizeof(Head), count * sizeof(T));
  return all;
}

std::vector<Extreme> numbers_of(std::string_view sketch) {
  const Head head = head_of(sketch);
  return behind_head<Extreme>(sketch, is_exact(head) ? static_cast<std::size_t>(head.count) : 0);
}

template <class T>
void put(GrownBytes& sketch, const Head& head, const std::vector<T>& behind) {
  char* const to = sketch.resize(sizeof head + behind.size() * sizeof(T));
  std::memcpy(to, &head, sizeof head);
  std::memcpy(to + sizeof head, behind.data(), behind.size() * sizeof(T));
}

/// Sorts them; those of one place become one.
void settle(std::vector<Bin>& bins) {
  std::sort(bins.begin(), bins.end(), [](const Bin& a, const Bin& b) { return a.place < b.place; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < bins.size(); ++i) {
    if (bins[i].place == bins[last].place) {
      bins[last].count += bins[i].count;
    } else {
      bins[++last] = bins[i];
    }
  }
  if (!bins.empty()) bins.resize(last + 1);
}

void join_once(std::vector<Bin>& bins) {
  for (Bin& bin : bins) bin.place = joined(bin.place);
  settle(bins);
}

/// What the sketch holds, as bins of that level or, where its own are wider, of its own.
std::vector<Bin> bins_of(std::string_view sketch, std::uint32_t level) {
  const Head head = head_of(sketch);
  std::vector<Bin> bins = behind_head<Bin>(sketch, head.bins);
  for (std::uint32_t at = head.level; at < level; ++at) join_once(bins);
  for (const Extreme& number : numbers_of(sketch))
    bins.push_back({place_of(as_double(number.get()), level), 1});
  settle(bins);
  return bins;
}

void put_bins(GrownBytes& sketch, Head head, std::vector<Bin> bins) {
  settle(bins);
  for (; bins.size() > kMostBins; ++head.level) join_once(bins);
  head.bins = static_cast<std::uint32_t>(bins.size());
  put(sketch, head, bins);
}

Bin bin_at(const char* bins, std::size_t i) {
  Bin bin;
  std::memcpy(&bin, bins + i * sizeof bin, sizeof bin);
  return bin;
}

/// The first bin that is not before that place.
std::size_t find(const char* bins, std::size_t count, std::int64_t place) {
  std::size_t first = 0;
  while (count > 0) {
    const std::size_t half = count / 2;
    if (bin_at(bins, first + half).place < place) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

void add_to_bins(GrownBytes& sketch, Head head, std::int64_t place) {
  const char* const bins = sketch.bytes().data() + sizeof head;
  const std::size_t at = find(bins, head.bins, place);
  Bin bin{place, 1};
  const bool is_there = at < head.bins && bin_at(bins, at).place == place;
  if (!is_there && head.bins == kMostBins) {
    auto all = behind_head<Bin>(sketch.bytes(), head.bins);
    all.push_back(bin);
    return put_bins(sketch, head, std::move(all));
  }
  if (is_there) bin.count += bin_at(bins, at).count;
  const std::size_t behind = (head.bins - at) * sizeof bin;
  if (!is_there) ++head.bins;
  char* const to = sketch.resize(sizeof head + head.bins * sizeof bin);
  char* const here = to + sizeof head + at * sizeof bin;
  if (!is_there) std::memmove(here + sizeof bin, here, behind);
  std::memcpy(here, &bin, sizeof bin);
  std::memcpy(to, &head, sizeof head);
}

/// The number at that place among all, the smallest first.
JsonValue number_at(std::uint64_t rank, std::string_view sketch, const Head& head) {
  if (rank == 0) return head.least.get();
  if (rank + 1 >= head.count) return head.greatest.get();
  const char* const bins = sketch.data() + sizeof head;
  std::size_t i = 0;
  std::uint64_t before = bin_at(bins, 0).count;
  while (before <= rank) before += bin_at(bins, ++i).count;
  JsonValue number;
  number.kind = JsonValue::Kind::kReal;
  number.real = std::clamp(middle_of(bin_at(bins, i).place, head.level), as_double(head.least.get()),
                           as_double(head.greatest.get()));
  return number;
}

void append_between(const JsonValue& a, const JsonValue& b, double part, std::string& json) {
  if (part == 0 || compare(a, b) == 0) return append_number(a, json);
  append_double(as_double(a) * (1 - part) + as_double(b) * part, json);
}

bool is_less(const Extreme& a, const Extreme& b) {
  return compare(a.get(), b.get()) < 0;
}

}  // namespace

std::size_t growth(std::string_view sketch, const JsonValue& number) {
  const Head head = head_of(sketch);
  if (sketch.empty()) return sizeof head + sizeof(Extreme);
  if (is_exact(head)) return sizeof(Extreme);  // one more bin is no larger
  const char* const bins = sketch.data() + sizeof head;
  const std::int64_t place = place_of(as_double(number), head.level);
  const std::size_t at = find(bins, head.bins, place);
  const bool is_there = at < head.bins && bin_at(bins, at).place == place;
  return is_there || head.bins == kMostBins ? 0 : sizeof(Bin);
}

void add(GrownBytes& sketch, const JsonValue& number) {
  Head head = head_of(sketch.bytes());
  ++head.count;
  head.least.add(number, false);
  head.greatest.add(number, true);
  if (is_exact(head) && head.count > kExact) {
    head.level = 0;
    auto bins = bins_of(sketch.bytes(), 0);
    bins.push_back({place_of(as_double(number), 0), 1});
    return put_bins(sketch, head, std::move(bins));
  }
  if (!is_exact(head)) return add_to_bins(sketch, head, place_of(as_double(number), head.level));
  Extreme one;
  one.add(number, true);
  const std::size_t before = sizeof head + static_cast<std::size_t>(head.count - 1) * sizeof one;
  char* const to = sketch.resize(before + sizeof one);
  std::memcpy(to, &head, sizeof head);
  std::memcpy(to + before, &one, sizeof one);
}

void merge(GrownBytes& sketch, std::string_view other) {
  if (other.empty()) return;
  const Head mine = head_of(sketch.bytes()), theirs = head_of(other);
  Head head = mine;
  head.count += theirs.count;
  head.least.merge(theirs.least, false);
  head.greatest.merge(theirs.greatest, true);
  if (is_exact(mine) && is_exact(theirs) && head.count <= kExact) {
    auto numbers = numbers_of(sketch.bytes());
    const auto more = numbers_of(other);
    numbers.insert(numbers.end(), more.begin(), more.end());
    return put(sketch, head, numbers);
  }
  head.level = std::max(mine.level, theirs.level);
  auto bins = bins_of(sketch.bytes(), head.level);
  const auto more = bins_of(other, head.level);
  bins.insert(bins.end(), more.begin(), more.end());
  put_bins(sketch, head, std::move(bins));
}

void append_result(double q, std::string_view sketch, std::string& json) {
  const Head head = head_of(sketch);
  if (head.count == 0) {
    json += "null";
    return;
  }
  const double place = q * static_cast<double>(head.count - 1);
  const double below = std::floor(place);
  const double part = place - below;
  const auto rank = static_cast<std::uint64_t>(below);
  if (!is_exact(head)) {
    const std::uint64_t next = std::min(rank + 1, head.count - 1);
    return append_between(number_at(rank, sketch, head), number_at(next, sketch, head), part, json);
  }
  auto numbers = numbers_of(sketch);
  const auto at = numbers.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(numbers.begin(), at, numbers.end(), is_less);
  const auto next = part == 0 ? at : std::min_element(at + 1, numbers.end(), is_less);
  append_between(at->get(), next->get(), part, json);
}

}  // namespace weir::aggregates::quantile
