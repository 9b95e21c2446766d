// SPDX-License-Identifier: Apache-2.0
#include "windowing/arrivals.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace weir::windowing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string bytes_of(const std::vector<Arrival>& arrivals) {
  return {reinterpret_cast<const char*>(arrivals.data()), arrivals.size() * sizeof(Arrival)};
}

std::vector<std::int64_t> numbers(const std::vector<Arrival>& held,
                                  const std::vector<std::int64_t>& positions) {
  std::vector<Record> list(positions.size());
  for (std::size_t i = 0; i < list.size(); ++i) list[i].position = positions[i];
  std::vector<std::int64_t> all;
  for (const Arrival& arrival : arrivals_of(bytes_of(held), list)) all.push_back(arrival.number);
  return all;
}

TEST(Arrivals, AreThoseOfTheRecordsThatTheListStillHolds) {
  const std::vector<Arrival> held{{3, 50}, {4, 7}, {9, 51}, {12, 8}};
  EXPECT_THAT(numbers(held, {50, 7, 51, 8}), ElementsAre(3, 4, 9, 12));
  EXPECT_THAT(numbers(held, {7, 8}), ElementsAre(4, 12)) << "the partition of 50 and 51 has gone";
  EXPECT_THAT(numbers(held, {50, 51}), ElementsAre(3, 9));
  EXPECT_THAT(numbers(held, {}), IsEmpty());
  EXPECT_EQ(last_arrival(bytes_of(held)), 12);
  EXPECT_EQ(last_arrival({}), 0);
}

}  // namespace
}  // namespace weir::windowing
