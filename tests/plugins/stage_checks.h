// SPDX-License-Identifier: Apache-2.0
//
// What the tests of many processes ask: that wrong options are refused with their place, that all else of a
// record stays, and why records have left.
#pragma once

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

struct RefusedOptions {
  const char* options;  ///< as JSON
  const char* pointer;  ///< to what is wrong
  const char* message;  ///< a part of it
};

template <class Plugin>
void expect_refused(std::initializer_list<RefusedOptions> cases) {
  for (const auto& c : cases) {
    try {
      testing::Harness<Plugin> stage(c.options);
      ADD_FAILURE() << c.options << " was accepted";
    } catch (const testing::PluginError& e) {
      EXPECT_EQ(e.pointer, c.pointer) << c.options;
      EXPECT_THAT(e.what(), ::testing::HasSubstr(c.message)) << c.options;
    }
  }
}

/// A record with all that a record can have beside its value.
inline testing::Item whole_item(std::string value) {
  testing::Item item(std::move(value));
  item.key = "k";
  item.headers = {{"h", "v"}};
  item.event_time = 5;
  item.origin = "topic";
  item.partition = 3;
  item.position = 7;
  return item;
}

/// That `got` has headers, time and origin of `from`, whatever value and key it has.
inline void expect_rest_kept(const testing::Item& got, const testing::Item& from) {
  EXPECT_EQ(got.headers, from.headers);
  EXPECT_EQ(got.event_time, from.event_time);
  EXPECT_EQ(got.origin, from.origin);
  EXPECT_EQ(got.partition, from.partition);
  EXPECT_EQ(got.position, from.position);
}

/// What has left by a port with a reason, as "code: message".
template <class Harness>
std::vector<std::string> reasons(Harness& stage, const std::string& port = "error") {
  std::vector<std::string> all;
  for (const auto& item : stage.out(port)) all.push_back(item.code + ": " + item.message);
  return all;
}

}  // namespace weir::test
