// SPDX-License-Identifier: Apache-2.0
#include "conditions/condition.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "conditions/place_tests.h"

namespace weir::conditions {

namespace {

using Nodes = std::vector<std::unique_ptr<const Node>>;

constexpr std::array<std::string_view, 4> kWords = {"blank", "not blank", "exists", "not exists"};
constexpr std::array<std::string_view, 11> kKeys = {
    "all", "any", "blank", "equals", "exists", "field", "greater_than", "in", "less_than", "matches", "not"};

/// With kNo as the deciding verdict: all parts are required; with kYes: one is.
class Several final : public Node {
 public:
  Several(Nodes parts, Verdict deciding) : parts_(std::move(parts)), deciding_(deciding) {}
  Verdict test(const Record& record, JsonReader& reader) const override {
    for (const auto& part : parts_) {
      const Verdict verdict = part->test(record, reader);
      if (verdict == deciding_ || verdict == Verdict::kNotJson) return verdict;
    }
    return deciding_ == Verdict::kNo ? Verdict::kYes : Verdict::kNo;
  }

 private:
  Nodes parts_;
  Verdict deciding_;
};

class Not final : public Node {
 public:
  explicit Not(std::unique_ptr<const Node> part) : part_(std::move(part)) {}
  Verdict test(const Record& record, JsonReader& reader) const override {
    const Verdict verdict = part_->test(record, reader);
    if (verdict == Verdict::kNotJson) return verdict;
    return verdict == Verdict::kYes ? Verdict::kNo : Verdict::kYes;
  }

 private:
  std::unique_ptr<const Node> part_;
};

/// The place that tests look at where they name none themselves.
using Place = std::optional<FieldPath>;

std::unique_ptr<const Node> compile(const nlohmann::json& tree, const std::string& pointer,
                                    const Place& outer);

std::string child(const std::string& pointer, const std::string& key) {
  return (nlohmann::json::json_pointer(pointer) / key).to_string();
}

std::unique_ptr<const Node> one_of(Nodes parts, Verdict deciding) {
  if (parts.size() == 1) return std::move(parts.front());
  return std::make_unique<Several>(std::move(parts), deciding);
}

std::unique_ptr<const Node> compile_word(const std::string& word, const std::string& pointer,
                                         const Place& place) {
  if (std::find(kWords.begin(), kWords.end(), word) == kWords.end()) {
    throw OptionError(pointer, "'" + word +
                                   "' is no condition: expected blank, not blank, exists, not exists, "
                                   "or a map of tests such as {field: kind, equals: eu}" +
                                   did_you_mean(word, {kWords.begin(), kWords.end()}));
  }
  const bool negated = word.starts_with("not ");
  auto tests = std::make_unique<PlaceTests>(place);
  tests->add(negated ? word.substr(4) : word, !negated, pointer);
  return tests;
}

std::unique_ptr<const Node> compile_list(const nlohmann::json& list, const std::string& pointer,
                                         const Place& place, Verdict deciding) {
  if (!list.is_array() || list.empty()) {
    throw OptionError(pointer, "expected a list of conditions, found " + list.dump());
  }
  Nodes parts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    parts.push_back(compile(list[i], pointer + "/" + std::to_string(i), place));
  }
  return one_of(std::move(parts), deciding);
}

Place place_of(const nlohmann::json& map, const std::string& pointer, const Place& outer) {
  const auto field = map.find("field");
  if (field == map.end()) return outer;
  if (!field->is_string()) {
    throw OptionError(pointer + "/field", "expected a field path such as user.age, found " + field->dump());
  }
  return FieldPath::parse(field->get_ref<const std::string&>(), pointer + "/field");
}

std::unique_ptr<const Node> compile_map(const nlohmann::json& map, const std::string& pointer,
                                        const Place& outer) {
  for (const auto& [key, value] : map.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      throw OptionError(
          child(pointer, key),
          "there is no test '" + key +
              "': expected field, blank, exists, equals, in, matches, greater_than, less_than, all, "
              "any or not" +
              did_you_mean(key, {kKeys.begin(), kKeys.end()}));
    }
  }
  const Place place = place_of(map, pointer, outer);
  Nodes parts;
  auto tests = std::make_unique<PlaceTests>(place);
  bool tested = false;
  for (const auto& [key, value] : map.items()) {
    if (std::find(kTestNames.begin(), kTestNames.end(), key) == kTestNames.end()) continue;
    tests->add(key, value, child(pointer, key));
    tested = true;
  }
  if (tested) parts.push_back(std::move(tests));
  if (const auto all = map.find("all"); all != map.end()) {
    parts.push_back(compile_list(*all, pointer + "/all", place, Verdict::kNo));
  }
  if (const auto any = map.find("any"); any != map.end()) {
    parts.push_back(compile_list(*any, pointer + "/any", place, Verdict::kYes));
  }
  if (const auto negated = map.find("not"); negated != map.end()) {
    parts.push_back(std::make_unique<Not>(compile(*negated, pointer + "/not", place)));
  }
  if (parts.empty()) {
    throw OptionError(pointer,
                      "the condition tests nothing: expected one of blank, exists, equals, in, matches, "
                      "greater_than, less_than, all, any, not");
  }
  return one_of(std::move(parts), Verdict::kNo);
}

std::unique_ptr<const Node> compile(const nlohmann::json& tree, const std::string& pointer,
                                    const Place& outer) {
  if (tree.is_string()) return compile_word(tree.get_ref<const std::string&>(), pointer, outer);
  if (tree.is_object()) return compile_map(tree, pointer, outer);
  if (tree.is_array()) {
    throw OptionError(pointer,
                      "a list of conditions needs 'all:' or 'any:' before it, so that it says which");
  }
  throw OptionError(
      pointer, "expected a condition such as 'not blank' or {field: kind, equals: eu}, found " + tree.dump());
}

}  // namespace

Condition::Condition(const nlohmann::json& tree, const std::string& pointer)
    : root_(compile(tree, pointer, std::nullopt)) {}

}  // namespace weir::conditions
