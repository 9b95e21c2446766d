// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include <weir/testing.h>
#include "processes/http_lookup/http_lookup.h"

namespace weir::http_lookup {
namespace {

using nlohmann::json;

/// The place of what is wrong with the options; "" when they are fine.
std::string wrong_place(const json& options) {
  try {
    const weir::testing::Harness<HttpLookup> harness(options.dump());
    return "";
  } catch (const weir::testing::PluginError& e) {
    EXPECT_NE(std::string(e.what()), "");
    return e.pointer;
  }
}

json good() {
  return {{"url", "http://localhost/x"},
          {"request", {{"body", {{"ids", "{{items}}"}}}, {"item", "{{id}}"}}},
          {"reply", {{"rows", "rows"}, {"key", "id"}}}};
}

json with(const char* pointer, const json& value) {
  json options = good();
  options[json::json_pointer(pointer)] = value;
  return options;
}

TEST(HttpLookupOptions, GoodOnesAreTaken) {
  EXPECT_EQ(wrong_place(good()), "");
  EXPECT_EQ(wrong_place({{"url", "https://api.example.com/users/{{user.id}}"}}), "");
}

TEST(HttpLookupOptions, WrongOnesAreNamedByTheirPlace) {
  EXPECT_EQ(wrong_place(with("/url", "localhost")), "/url");
  EXPECT_EQ(wrong_place(with("/url", "http://localhost/{{id}}")), "/url") << "a field beside {{items}}";
  EXPECT_EQ(wrong_place({{"url", "http://localhost/"}}), "/url") << "nothing of the record in the request";
  EXPECT_EQ(wrong_place({{"url", "http://localhost/{{id"}}), "/url");
  EXPECT_EQ(wrong_place({{"url", "http://localhost/{{a..b}}"}}), "/url");
  EXPECT_EQ(wrong_place(with("/request/body/ids", "x{{items}}")), "/request/body/ids");
  EXPECT_EQ(wrong_place(with("/request/body", {{"id", "{{id}}"}})), "/request/item") << "nothing uses item";
  EXPECT_EQ(wrong_place(with("/request/item", "{{items}}")), "/request/item");
  EXPECT_EQ(wrong_place(with("/reply/key", "a..b")), "/reply/key");
  EXPECT_EQ(wrong_place(with("/reply", {{"rows", "rows"}})), "/reply") << "no key to join by";
  EXPECT_EQ(wrong_place(with("/method", "GET")), "/request/body");
  EXPECT_EQ(wrong_place(with("/classes", {{{"answer", "split"}}})), "/classes/0");
  EXPECT_EQ(wrong_place(with("/classes", {{{"answer", "split"}, {"status", {"422", "4yy"}}}})),
            "/classes/0/status/1");
  EXPECT_EQ(wrong_place(with("/join", "nest")), "/join");
  EXPECT_EQ(wrong_place(with("/under", "x")), "/under");
  EXPECT_EQ(wrong_place(with("/tls", {{"key", "k.pem"}})), "/tls/key");
}

}  // namespace
}  // namespace weir::http_lookup
