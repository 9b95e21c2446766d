// SPDX-License-Identifier: Apache-2.0
#include "made_records.h"

#include <array>
#include <string_view>

namespace weir::bench {

/// SplitMix64: the same everywhere.
std::uint64_t MadeRecords::random() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

const std::string& MadeRecords::next() {
  static constexpr std::array<std::string_view, 4> kOthers = {"open", "cancelled", "shipped", "returned"};
  static constexpr std::array<std::string_view, 4> kCities = {"Berlin", "Guangzhou", "São Paulo", "Kraków"};
  const std::uint64_t dice = random();
  const bool paid = (dice & 1) != 0;
  paid_ += paid ? 1 : 0;
  text_ = R"({"order":)";
  text_ += std::to_string(++number_);
  text_ += R"(,"customer":{"id":"c)";
  text_ += std::to_string(random() % 1'000'000'000);
  text_ += R"(","city":")";
  text_ += kCities[(dice >> 1) % kCities.size()];
  text_ += R"("},"status":")";
  text_ += paid ? "paid" : kOthers[(dice >> 3) % kOthers.size()];
  text_ += R"(","amount":)";
  text_ += std::to_string(1 + (dice >> 8) % 50'000);
  text_ += R"(.25,"items":[{"sku":")";
  text_ += std::to_string(random());
  text_ += R"(","count":)";
  text_ += std::to_string(1 + (dice >> 40) % 9);
  text_ += R"(}],"note":"leave it at the door, please","at":)";
  text_ += std::to_string(1'700'000'000'000 + number_);
  text_ += '}';
  return text_;
}

}  // namespace weir::bench
