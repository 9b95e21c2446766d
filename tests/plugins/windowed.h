// SPDX-License-Identifier: Apache-2.0
//
// Records with times in, results as short texts out: for the tests of the windows.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace weir::test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using weir::testing::Harness;

/// A record of an event time, with its stage's key.
struct Timed {
  std::int64_t time;
  std::string value;
  std::string key;
};

template <class Harness>
void put(Harness& window, const std::vector<Timed>& records, bool keyed = true) {
  std::vector<testing::Item> items;
  std::vector<std::string> keys;
  for (const auto& r : records) {
    items.emplace_back(r.value).event_time = r.time;
    keys.push_back(r.key);
  }
  window.process(items, keyed ? keys : std::vector<std::string>{});
}

/// The groups that have left, sorted by bounds and key: "a [0,10) x+y".
template <class Harness>
std::vector<std::string> groups(Harness& window) {
  auto all = window.groups();
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.end, a.start, a.key) < std::tie(b.end, b.start, b.key);
  });
  std::vector<std::string> texts;
  for (const auto& group : all) {
    std::string text =
        group.key.value_or("-") + " [" + std::to_string(group.start) + "," + std::to_string(group.end) + ")";
    char before = ' ';
    for (const auto& item : group.records) {
      text += std::exchange(before, '+');
      text += item.value.value_or("(none)");
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

/// The codes of what has left by a port with a reason: "x late".
template <class Harness>
std::vector<std::string> failed(Harness& window, const std::string& port) {
  std::vector<std::string> texts;
  for (const auto& item : window.out(port)) texts.push_back(item.value.value_or("(none)") + " " + item.code);
  return texts;
}

/// Why these options are refused: "/offset: it must be shorter ...", or "taken".
template <class Plugin>
std::string refusal(const std::string& options) {
  try {
    const Harness<Plugin> window(options);
  } catch (const testing::PluginError& error) {
    return error.pointer + ": " + error.what();
  }
  return "taken";
}

/// "a [0,10) 6/3": the sum of the records' `n`, and how many they are; sorted.
template <class Harness>
std::vector<std::string> sums_of_groups(Harness& window) {
  std::vector<std::string> all;
  for (const auto& group : window.groups()) {
    int sum = 0;
    for (const auto& item : group.records) sum += nlohmann::json::parse(*item.value)["n"].template get<int>();
    all.push_back(*group.key + " [" + std::to_string(group.start) + "," + std::to_string(group.end) + ") " +
                  std::to_string(sum) + "/" + std::to_string(group.records.size()));
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// The same of rows with `sum_n` and `count`.
template <class Harness>
std::vector<std::string> sums_of_rows(Harness& window) {
  std::vector<std::string> all;
  for (const std::string& value : window.values()) {
    const auto row = nlohmann::json::parse(value);
    all.push_back(row["key"].get<std::string>() + " [" + row["window_start"].dump() + "," +
                  row["window_end"].dump() + ") " + row["sum_n"].dump() + "/" + row["count"].dump());
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace weir::test
