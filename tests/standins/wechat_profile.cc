// SPDX-License-Identifier: Apache-2.0
#include "wechat_profile.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace weir::standins {
namespace {

constexpr std::size_t kLongestId = 64;

constexpr std::array<std::string_view, 16> kNicknames = {
    "小明",
    "Anna",
    "O'Brien",
    "say \"hi\"",
    "😀笑脸",
    "back\\slash",
    "Robert'); DROP TABLE wechat_user;--",
    "",
    "𠮷野家",
    "Zoë Müller",
    "100% 好",
    "two\nlines",
    "tab\there",
    "👨‍👩‍👧 family",
    "null",
    "王小二",
};

constexpr std::array<std::string_view, 6> kScenes = {
    "ADD_SCENE_SEARCH",       "ADD_SCENE_QR_CODE", "ADD_SCENE_PROFILE_CARD",
    "ADD_SCENE_PROFILE_LINK", "ADD_SCENE_PAID",    "ADD_SCENE_OTHERS",
};

struct Place {
  std::string_view city, province, country;
};

constexpr std::array<Place, 3> kPlacesSimplified = {
    {{"广州", "广东", "中国"}, {"朝阳", "北京", "中国"}, {"", "", ""}}};
constexpr std::array<Place, 3> kPlacesTraditional = {
    {{"廣州", "廣東", "中國"}, {"朝陽", "北京", "中國"}, {"", "", ""}}};
constexpr std::array<Place, 3> kPlacesEnglish = {
    {{"Guangzhou", "Guangdong", "China"}, {"Chaoyang", "Beijing", "China"}, {"", "", ""}}};

const std::array<Place, 3>& places(std::string_view lang) {
  if (lang == "en") return kPlacesEnglish;
  if (lang == "zh_TW") return kPlacesTraditional;
  return kPlacesSimplified;
}

/// The nicknames as JSON strings, quotes included; escaped once for all rows.
const std::array<std::string, kNicknames.size()>& quoted_nicknames() {
  static const auto quoted = [] {
    std::array<std::string, kNicknames.size()> out;
    std::transform(kNicknames.begin(), kNicknames.end(), out.begin(),
                   [](std::string_view name) { return nlohmann::json(name).dump(); });
    return out;
  }();
  return quoted;
}

/// FNV-1a, then a mix so that ids that differ in the last letter share no low bits.
std::uint64_t hash_of_id(std::string_view id) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char letter : id) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  return hash ^ (hash >> 33);
}

bool allowed_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
}

void append_text(std::string& text, std::string_view name, std::string_view plain_value) {
  text.append(",\"").append(name).append("\":\"").append(plain_value).append("\"");
}

void append_number(std::string& text, std::string_view name, std::uint64_t value) {
  text.append(",\"").append(name).append("\":").append(std::to_string(value));
}

void append_unionid(std::string& text, std::uint64_t hash) {
  switch (hash % 4) {
    case 0:
      return;  // Absent: the account is bound to no open-platform account.
    case 1:
      text.append(",\"unionid\":null");
      return;
    default:
      append_text(text, "unionid", "u" + std::to_string(hash));
  }
}

}  // namespace

IdKind kind_of_id(std::string_view id) {
  if (id.size() < 2 || id.size() > kLongestId || id.front() != 'o' ||
      !std::all_of(id.begin(), id.end(), allowed_letter) || id.find("-bad") != std::string_view::npos) {
    return IdKind::kRefused;
  }
  return id.find("-gone") == std::string_view::npos ? IdKind::kFollowing : IdKind::kNotFollowing;
}

std::string_view nickname_of(std::string_view id) {
  return kNicknames[hash_of_id(id) % kNicknames.size()];
}

void append_profile(std::string_view id, std::string_view lang, std::string& text) {
  if (kind_of_id(id) == IdKind::kNotFollowing) {
    text.append("{\"subscribe\":0");
    append_text(text, "openid", id);
    text.append("}");
    return;
  }
  const std::uint64_t hash = hash_of_id(id);
  const Place& place = places(lang)[(hash >> 8) % 3];
  text.append("{\"subscribe\":1");
  append_text(text, "openid", id);
  text.append(",\"nickname\":").append(quoted_nicknames()[hash % kNicknames.size()]);
  append_number(text, "sex", (hash >> 4) % 3);
  append_text(text, "language", lang == "en" || lang == "zh_TW" ? lang : "zh_CN");
  append_text(text, "city", place.city);
  append_text(text, "province", place.province);
  append_text(text, "country", place.country);
  append_text(text, "headimgurl", "https://img.example.com/" + std::to_string(hash) + "/0");
  append_number(text, "subscribe_time", 1'400'000'000 + hash % 300'000'000);
  append_unionid(text, hash >> 16);
  append_text(text, "remark", (hash >> 20) % 8 == 0 ? "vip" : "");
  append_number(text, "groupid", (hash >> 24) % 3);
  text.append((hash >> 28) % 2 == 0 ? ",\"tagid_list\":[128,2]" : ",\"tagid_list\":[]");
  append_text(text, "subscribe_scene", kScenes[(hash >> 32) % kScenes.size()]);
  append_number(text, "qr_scene", (hash >> 36) % 100'000);
  append_text(text, "qr_scene_str", "");
  text.append("}");
}

}  // namespace weir::standins
