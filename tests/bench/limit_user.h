// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::bench {

/// A row of the table wechat_user.
struct User {
  static constexpr std::array<std::string_view, 12> kTexts = {
      "openid",     "nickname", "language", "city",       "province",        "country",
      "headimgurl", "unionid",  "remark",   "tagid_list", "subscribe_scene", "qr_scene_str"};
  static constexpr std::array<std::string_view, 5> kNumbers = {"subscribe", "sex", "subscribe_time",
                                                               "groupid", "qr_scene"};
  static constexpr std::size_t kTags = 9;
  static constexpr std::size_t kSubscribe = 0;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// Which of kTexts (but tagid_list, which is no string) or kNumbers; kNone for another name.
  static std::size_t text_column(std::string_view name) {
    return name == kTexts[kTags] ? kNone : index_in(kTexts, name);
  }
  static std::size_t number_column(std::string_view name) { return index_in(kNumbers, name); }

  std::array<std::optional<std::string>, kTexts.size()> texts;
  std::array<std::optional<std::int64_t>, kNumbers.size()> numbers;

 private:
  template <class Names>
  static std::size_t index_in(const Names& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? kNone : static_cast<std::size_t>(found - names.begin());
  }
};

/// Of a row as user/info/batchget returns it; fields that are missing or null stay empty.
User read_user(simdjson::ondemand::object row);

}  // namespace weir::bench
