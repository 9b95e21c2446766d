// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/in_flight.h"

#include <gtest/gtest.h>
#include <weir/testing.h>

#include <deque>
#include <string>

namespace weir::kafka {
namespace {

class InFlightTest : public ::testing::Test {
 protected:
  weir_context door_;
  Context context_{&weir::testing::host(), &door_};
  InFlight in_flight_{context_};
};

Record with_value(const std::string& value) {
  Record r;
  r.value = slice(value);
  return r;
}

TEST_F(InFlightTest, ACopyHasAllThatBelongsToTheRecord) {
  const weir_header headers[] = {{slice("a"), slice("1")}, {slice("b"), kAbsent}};
  weir_failure failure{};
  failure.size = sizeof failure;
  failure.code = slice("40003");
  failure.attempts = 2;
  Record r = with_value("value");
  r.key = slice("key");
  r.headers = headers;
  r.header_count = 2;
  r.failure = &failure;
  r.position = 7;
  const Record& copy = in_flight_.keep(r).record;
  failure.code = slice("overwritten");
  EXPECT_EQ(copy.bytes(), "value");
  EXPECT_NE(copy.value.data, r.value.data);
  EXPECT_EQ(copy.key_bytes(), "key");
  EXPECT_EQ(copy.header("a"), "1");
  EXPECT_EQ(copy.headers[1].value.data, nullptr);
  EXPECT_EQ(view(copy.failure->code), "40003");
  EXPECT_EQ(copy.failure->attempts, 2u);
  EXPECT_EQ(copy.position, 7);
}

TEST_F(InFlightTest, AbsentStaysAbsentAndEmptyStaysEmpty) {
  Record none;
  EXPECT_EQ(in_flight_.keep(none).record.value.data, nullptr);
  Record empty = with_value("");
  empty.key = slice("");
  const Record& copy = in_flight_.keep(empty).record;
  EXPECT_TRUE(copy.has_value());
  EXPECT_EQ(copy.bytes(), "");
  EXPECT_EQ(copy.key_bytes(), "");
}

TEST_F(InFlightTest, RecordsLetGoInAnyOrderDisturbNoOthers) {
  std::deque<std::pair<std::string, InFlight::Item*>> kept;
  for (int i = 0; i < 20'000; ++i) {
    const std::string value = std::to_string(i) + std::string(static_cast<std::size_t>(i % 700), 'x');
    kept.emplace_back(value, &in_flight_.keep(with_value(value)));
    if (i % 3 == 0) {  // from the front, the back and the middle in turn
      const auto at = kept.begin() + (i % 9 == 0   ? 0
                                      : i % 9 == 3 ? static_cast<int>(kept.size()) - 1
                                                   : static_cast<int>(kept.size()) / 2);
      EXPECT_EQ(at->second->record.bytes(), at->first);
      in_flight_.let_go(*at->second);
      kept.erase(at);
    }
  }
  for (const auto& [value, item] : kept) EXPECT_EQ(item->record.bytes(), value);
}

TEST_F(InFlightTest, ARecordLargerThanASlabIsKeptToo) {
  const std::string large(1'000'000, 'x');
  auto& item = in_flight_.keep(with_value(large));
  auto& small = in_flight_.keep(with_value("small"));
  EXPECT_EQ(item.record.bytes(), large);
  in_flight_.let_go(item);
  EXPECT_EQ(small.record.bytes(), "small");
}

TEST_F(InFlightTest, ABlockThatTheHostStillHoldsIsNotWrittenAnew) {
  auto& item = in_flight_.keep(with_value("failed"));
  const weir_record held = item.record;
  weir::testing::host().retain(&held, 1);
  in_flight_.let_go(item);
  for (int i = 0; i < 10'000; ++i) in_flight_.let_go(in_flight_.keep(with_value("other records")));
  EXPECT_EQ(view(held.value), "failed");
  weir::testing::host().release(&held, 1);
}

}  // namespace
}  // namespace weir::kafka
