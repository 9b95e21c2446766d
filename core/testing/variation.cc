// SPDX-License-Identifier: Apache-2.0
#include "testing/variation.h"

namespace weir {

std::string to_text(const Variation& variation) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (variation.at_once != 0) {
    add(std::to_string(variation.at_once) + (variation.at_once == 1 ? " record" : " records") + " at once");
  }
  if (variation.tasks != 1) add(std::to_string(variation.tasks) + " tasks");
  if (variation.restarts) {
    add("a restart between any two steps");
    if (variation.rescales) text += ", each with another number of tasks";
  }
  return text;
}

std::vector<Variation> thorough_variations() {
  std::vector<Variation> all;
  for (const bool restarts : {false, true}) {
    for (const std::size_t at_once : {0, 1, 2, 1024}) all.push_back({at_once, restarts});
    for (const std::size_t at_once : {0, 1}) all.push_back({at_once, restarts, 3});
  }
  all.push_back({0, true, 3, true});
  return all;
}

}  // namespace weir
