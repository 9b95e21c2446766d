// SPDX-License-Identifier: Apache-2.0
#include "processes/http_lookup/request_template.h"

#include <gtest/gtest.h>
#include <weir/abi.h>

#include <nlohmann/json.hpp>
#include <string>

namespace weir::http_lookup {
namespace {

using nlohmann::json;

/// The filled-in text, or "(reason)".
std::string fill(const RequestTemplate& t, std::string value) {
  const std::size_t size = value.size();
  value.resize(size + WEIR_PADDING);
  Record record;
  record.value = {value.data(), size};
  JsonReader reader;
  reader.read(record);
  std::string text;
  if (const auto why = t.fill(reader, text)) return "(" + *why + ")";
  return text;
}

std::string fill_json(const json& tree, const std::string& value) {
  return fill(RequestTemplate::json(tree, ""), value);
}

TEST(RequestTemplate, AStringThatIsOnlyAPlaceholderBecomesTheValueItself) {
  EXPECT_EQ(fill_json({{"v", "{{ a }}"}}, R"({"a":"x\"y"})"), R"({"v":"x\"y"})");
  EXPECT_EQ(fill_json({{"v", "{{a}}"}}, R"({"a":12345678901234567890})"), R"({"v":12345678901234567890})");
  EXPECT_EQ(fill_json({{"v", "{{a}}"}}, R"({"a":[1, {"b":null}]})"), R"({"v":[1, {"b":null}]})");
  EXPECT_EQ(fill_json({{"v", "{{a}}"}}, R"({"a":null})"), R"({"v":null})");
  EXPECT_EQ(fill_json("{{$}}", R"({"a":1})"), R"({"a":1})");
}

TEST(RequestTemplate, WithinAStringValuesArePutInAsText) {
  EXPECT_EQ(fill_json({"n-{{a.b}}-{{c}}\""}, R"({"a":{"b":"\"é\""},"c":7})"), R"(["n-\"é\"-7\""])");
  EXPECT_EQ(fill_json({"x{{a}}"}, R"({"a":[1]})"), "(expected a string or a number at 'a', found an array)");
}

TEST(RequestTemplate, OtherPartsOfTheTreeStandAsTheyAre) {
  EXPECT_EQ(fill_json({{"a", json::array({1, 2.5, true, nullptr, "t{x}"})}, {"b", json::object()}}, "{}"),
            R"({"a":[1,2.5,true,null,"t{x}"],"b":{}})");
}

TEST(RequestTemplate, InAUrlValuesAreEncoded) {
  const auto url = RequestTemplate::url("/u/{{a}}?x={{b}}", "/url");
  EXPECT_TRUE(url.has_fields());
  EXPECT_FALSE(url.has_items());
  EXPECT_EQ(fill(url, R"({"a":"p/q r","b":5})"), "/u/p%2Fq%20r?x=5");
  EXPECT_EQ(fill(url, R"({"a":"p"})"), "(expected a string or a number at 'b', found nothing)");
}

TEST(RequestTemplate, ItemsArePutInOnce) {
  const auto body = RequestTemplate::json({{"list", "{{items}}"}, {"lang", "en"}}, "");
  EXPECT_TRUE(body.has_items());
  EXPECT_FALSE(body.has_fields());
  std::string text;
  body.fill_items("[1,2]", text);
  EXPECT_EQ(text, R"({"lang":"en","list":[1,2]})");
}

}  // namespace
}  // namespace weir::http_lookup
