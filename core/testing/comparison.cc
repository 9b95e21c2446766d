// SPDX-License-Identifier: Apache-2.0
#include "testing/comparison.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>

#include "base/units.h"
#include "base/utf8.h"
#include "testing/what_differs.h"
#include "testing/written_text.h"

namespace weir {
namespace {

using nlohmann::json;

/// Whether `got` has all that `want` has: members of maps may be more, lists are of the same length.
bool contains(const json& got, const json& want) {
  if (want.is_object()) {
    return got.is_object() && std::all_of(want.items().begin(), want.items().end(), [&](const auto& member) {
             const auto found = got.find(member.key());
             return found != got.end() && contains(*found, member.value());
           });
  }
  if (want.is_array()) {
    return got.is_array() && got.size() == want.size() &&
           std::equal(want.begin(), want.end(), got.begin(),
                      [](const json& w, const json& g) { return contains(g, w); });
  }
  return got == want;
}

bool same_value(const json& want, const std::optional<std::string>& got, Care care) {
  if (want.is_null()) return !got;
  if (!got) return false;
  if (want.is_string()) return *got == want.get_ref<const std::string&>();
  const json parsed = json::parse(*got, nullptr, false);
  if (parsed.is_discarded()) return false;
  return care == Care::kWritten ? contains(parsed, want) : parsed == want;
}

bool same(const WrittenRecord& want, const SampleRecord& got, Care care) {
  const bool exact = care == Care::kExact;
  if (want.value ? !same_value(*want.value, got.value, care) : exact && got.value.has_value()) return false;
  if (care == Care::kValue) return true;
  if ((want.key || exact) && want.key.value_or(std::nullopt) != got.key) return false;
  if ((want.headers || exact) && want.headers.value_or(SampleHeaders{}) != got.headers) return false;
  if ((want.time || exact) && want.time.value_or(WEIR_NO_TIME) != got.time) return false;
  if ((want.code || exact) && want.code.value_or("") != got.code) return false;
  return (!want.message || *want.message == got.message) && (!want.origin || *want.origin == got.origin) &&
         (!want.attempts || *want.attempts == got.attempts) &&
         (!want.partition || *want.partition == got.partition) &&
         (!want.position || *want.position == got.position);
}

bool same(const WrittenGroup& want, const SampleGroup& got, Care care, bool shuffled) {
  if ((want.key || care == Care::kExact) && want.key.value_or(std::nullopt) != got.key) return false;
  if ((want.start && *want.start != got.start) || (want.end && *want.end != got.end)) return false;
  const Care inner = want.values_only && care != Care::kWritten ? Care::kValue : care;
  if (want.records.size() != got.records.size()) return false;
  std::vector<bool> taken(got.records.size(), false);
  for (std::size_t w = 0; w < want.records.size(); ++w) {
    const std::size_t last = shuffled ? got.records.size() : w + 1;
    std::size_t g = shuffled ? 0 : w;
    while (g < last && (taken[g] || !same(want.records[w], got.records[g], inner))) ++g;
    if (g == last) return false;
    taken[g] = true;
  }
  return true;
}

/// What was expected against what came, by index, so that records and groups are alike.
class Comparison {
 public:
  Comparison(const ExpectStep& expected, const std::vector<Sample>& came, bool any_order)
      : expected_(expected), came_(came), any_order_(any_order || expected.any_order), shuffled_(any_order) {}

  std::string text() const {
    const auto pairs = any_order_ ? in_any_order() : in_order();
    if (pairs.size() == wanted() && wanted() == came_.size()) return {};
    return lines(pairs);
  }

 private:
  using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;  // expected, came

  std::size_t wanted() const {
    return expected_.items.grouped ? expected_.items.groups.size() : expected_.items.records.size();
  }

  Care care() const {
    if (expected_.partial) return Care::kWritten;
    return expected_.items.values_only ? Care::kValue : Care::kExact;
  }

  bool fits(std::size_t want, std::size_t got) const {
    const Care care = this->care();
    if (expected_.items.grouped) {
      const auto* group = std::get_if<SampleGroup>(&came_[got]);
      return group != nullptr && same(expected_.items.groups[want], *group, care, shuffled_);
    }
    const auto* record = std::get_if<SampleRecord>(&came_[got]);
    return record != nullptr && same(expected_.items.records[want], *record, care);
  }

  Pairs in_any_order() const {
    Pairs pairs;
    std::vector<bool> taken(came_.size(), false);
    for (std::size_t w = 0; w < wanted(); ++w) {
      for (std::size_t g = 0; g < came_.size(); ++g) {
        if (taken[g] || !fits(w, g)) continue;
        taken[g] = true;
        pairs.emplace_back(w, g);
        break;
      }
    }
    return pairs;
  }

  /// The longest common run, so that one missing record does not make all behind it differ. Equal beginnings
  /// and ends, which are nearly everything, cost no table.
  Pairs in_order() const {
    Pairs pairs;
    std::size_t front = 0, w_end = wanted(), g_end = came_.size();
    while (front < w_end && front < g_end && fits(front, front)) pairs.emplace_back(front, front), ++front;
    Pairs tail;
    while (w_end > front && g_end > front && fits(w_end - 1, g_end - 1)) tail.emplace_back(--w_end, --g_end);
    const std::size_t rows = w_end - front, columns = g_end - front;
    if (rows * columns <= kLargestTable) {
      std::vector<std::vector<std::size_t>> best(rows + 1, std::vector<std::size_t>(columns + 1, 0));
      for (std::size_t r = rows; r-- > 0;) {
        for (std::size_t c = columns; c-- > 0;) {
          best[r][c] =
              fits(front + r, front + c) ? best[r + 1][c + 1] + 1 : std::max(best[r + 1][c], best[r][c + 1]);
        }
      }
      for (std::size_t r = 0, c = 0; r < rows && c < columns;) {
        if (fits(front + r, front + c)) {
          pairs.emplace_back(front + r++, front + c++);
        } else {
          best[r + 1][c] >= best[r][c + 1] ? ++r : ++c;
        }
      }
    }
    pairs.insert(pairs.end(), tail.rbegin(), tail.rend());
    return pairs;
  }

  std::string lines(const Pairs& pairs) const {
    std::string text;
    std::size_t shown = 0, w = 0, g = 0;
    const auto line = [&](const char* sign, const std::string& item) {
      if (++shown <= kMostLines) text += std::string("  ") + sign + " " + item + "\n";
    };
    const auto until = [&](std::size_t w_end, std::size_t g_end) {
      std::deque<std::size_t> missing;
      for (; w < w_end; ++w) {
        if (any_order_ && paired(pairs, w)) continue;
        line("-", written(w));
        missing.push_back(w);
      }
      for (; g < g_end; ++g) {
        if (any_order_ && taken(pairs, g)) continue;
        line("+", to_text(came_[g]));
        if (missing.empty()) continue;
        if (const std::string hint = hint_at(missing.front(), g); !hint.empty()) line(" ", "  " + hint);
        missing.pop_front();
      }
    };
    if (!any_order_) {
      for (const auto& [want, got] : pairs) {
        until(want, got);
        line(" ", written(w++));
        ++g;
      }
    }
    until(wanted(), came_.size());
    if (shown > kMostLines) text += "    ... and " + std::to_string(shown - kMostLines) + " more\n";
    return text;
  }

  /// What differs, where it is hard to see.
  std::string hint_at(std::size_t want, std::size_t got) const {
    constexpr std::size_t kLong = 80;
    if (written(want).size() < kLong && to_text(came_[got]).size() < kLong) return {};
    if (expected_.items.grouped) {
      const auto* group = std::get_if<SampleGroup>(&came_[got]);
      return group == nullptr ? "" : what_differs(expected_.items.groups[want], *group, care());
    }
    const auto* record = std::get_if<SampleRecord>(&came_[got]);
    return record == nullptr ? "" : what_differs(expected_.items.records[want], *record, care());
  }

  static bool paired(const Pairs& pairs, std::size_t w) {
    return std::any_of(pairs.begin(), pairs.end(), [&](const auto& p) { return p.first == w; });
  }
  static bool taken(const Pairs& pairs, std::size_t g) {
    return std::any_of(pairs.begin(), pairs.end(), [&](const auto& p) { return p.second == g; });
  }

  std::string written(std::size_t w) const {
    return expected_.items.grouped ? to_text(expected_.items.groups[w]) : to_text(expected_.items.records[w]);
  }

  static constexpr std::size_t kMostLines = 40;
  static constexpr std::size_t kLargestTable = 4'000'000;

  const ExpectStep& expected_;
  const std::vector<Sample>& came_;
  const bool any_order_;
  const bool shuffled_;  ///< within groups as well
};

}  // namespace

std::string difference(const ExpectStep& expected, const std::vector<Sample>& came, bool any_order) {
  return Comparison(expected, came, any_order).text();
}

std::vector<Sample> without_repeats(std::vector<Sample> came, const std::set<std::string>& sources) {
  std::vector<Sample> kept;
  for (Sample& sample : came) {
    const auto* record = std::get_if<SampleRecord>(&sample);
    const auto is_same = [&](const Sample& other) {
      const auto* before = std::get_if<SampleRecord>(&other);
      return before != nullptr && *before == *record;
    };
    if (record != nullptr && sources.contains(record->source) &&
        std::any_of(kept.begin(), kept.end(), is_same)) {
      continue;
    }
    kept.push_back(std::move(sample));
  }
  return kept;
}

std::string to_text(const Sample& sample) {
  if (const auto* record = std::get_if<SampleRecord>(&sample)) return to_text(*record);
  return to_text(std::get<SampleGroup>(sample));
}

}  // namespace weir
