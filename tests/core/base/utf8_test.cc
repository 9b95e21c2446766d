// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Utf8, WellFormedTextHasNoFault) {
  EXPECT_EQ(find_invalid_utf8(""), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("plain"), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("\u00e4\u5fae\u4fe1\U0001f600"), std::nullopt);
}

TEST(Utf8, TheFirstFaultIsFound) {
  EXPECT_EQ(find_invalid_utf8("ab\xff"), 2u);
  EXPECT_EQ(find_invalid_utf8("a\xc0\x80"), 1u) << "overlong";
  EXPECT_EQ(find_invalid_utf8("\xe0\x80\x80"), 0u) << "overlong";
  EXPECT_EQ(find_invalid_utf8("\xed\xa0\x80"), 0u) << "a surrogate";
  EXPECT_EQ(find_invalid_utf8("\xf4\x90\x80\x80"), 0u) << "beyond U+10FFFF";
  EXPECT_EQ(find_invalid_utf8("\xe5\xbe"), 0u) << "cut off";
  EXPECT_EQ(find_invalid_utf8("\xe5\xbe\x41"), 0u) << "not continued";
}

TEST(Printable, EscapesWhatWouldDriveATerminalOrFakeALine) {
  EXPECT_EQ(printable("a\nb\r\tc\x1b[2J\x7f"), "a\\nb\\r\\tc\\x1b[2J\\x7f");
  EXPECT_EQ(printable("\xff\u5fae"), "\\xff\u5fae");
}

TEST(Printable, CutsAtTheEdgeOfACharacter) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("a\u5fae\u4fe1", 5), "a\u5fae...");
}

}  // namespace
}  // namespace weir
