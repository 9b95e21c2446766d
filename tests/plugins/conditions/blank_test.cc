// SPDX-License-Identifier: Apache-2.0
#include "conditions/blank.h"

#include <gtest/gtest.h>

namespace weir::conditions {
namespace {

TEST(Blank, NothingAndWhiteSpaceAreBlank) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \t\r\n\v\f"));
  EXPECT_TRUE(is_blank("\u3000"));
  EXPECT_TRUE(is_blank(" \u00A0\u2003\u3000\u200A\u2028\u205F\u1680\u0085 "));
}

TEST(Blank, AnyOtherCharacterIsNot) {
  for (const char* text : {"x", " x ", "0", "\u3000x", "中", "\u200B", "\uFEFF", "\u200C"}) {
    EXPECT_FALSE(is_blank(text)) << text;
  }
}

TEST(Blank, BrokenUtf8IsNotBlank) {
  for (const char* text : {"\xff", "\xc2", "\xe3\x80", "\xe2\x80", " \xe3"})
    EXPECT_FALSE(is_blank(text)) << text;
}

}  // namespace
}  // namespace weir::conditions
