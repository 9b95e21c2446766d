// SPDX-License-Identifier: Apache-2.0
#include "windowing/ordered_values.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace weir::windowing::ordered {
namespace {

using aggregates::Function;

struct Head {
  std::int64_t arrival = 0;
  std::uint64_t size = 0;
};

std::pair<std::int64_t, std::string_view> take(std::string_view& held) {
  Head head;
  std::memcpy(&head, held.data(), sizeof head);
  const std::string_view json = held.substr(sizeof head, head.size);
  held.remove_prefix(sizeof head + head.size);
  return {head.arrival, json};
}

}  // namespace

bool counts(Function function) {
  return function == Function::kFirst || function == Function::kLast || function == Function::kList;
}

std::size_t growth(Function function, std::string_view held, std::size_t json) {
  const std::size_t more = sizeof(Head) + json;
  if (function == Function::kFirst) return held.empty() ? more : 0;
  if (function == Function::kLast) return more > held.size() ? more - held.size() : 0;
  return more;
}

void add(Function function, aggregates::GrownBytes& to, std::int64_t arrival, std::string_view json) {
  const std::size_t held = to.bytes().size();
  if (function == Function::kFirst && held != 0) return;
  const std::size_t at = function == Function::kList ? held : 0;
  const Head head{arrival, json.size()};
  char* const entry = to.resize(at + sizeof head + json.size()) + at;
  std::memcpy(entry, &head, sizeof head);
  std::memcpy(entry + sizeof head, json.data(), json.size());
}

std::int64_t latest(std::string_view held) {
  std::int64_t arrival = 0;
  while (!held.empty()) arrival = take(held).first;
  return arrival;
}

void put_together(Function function, std::span<const std::string_view> held, aggregates::GrownBytes& to) {
  to.resize(0);
  std::vector<std::pair<std::int64_t, std::string_view>> all;
  for (std::string_view one : held) {
    while (!one.empty()) all.push_back(take(one));
  }
  if (all.empty()) return;
  if (!std::is_sorted(all.begin(), all.end())) std::sort(all.begin(), all.end());
  if (function == Function::kFirst) all.resize(1);
  if (function == Function::kLast) all.erase(all.begin(), all.end() - 1);
  aggregates::Taken taken;
  for (const auto& [arrival, json] : all) {
    taken.text = json;
    aggregates::add(function, to, taken);
  }
}

}  // namespace weir::windowing::ordered
