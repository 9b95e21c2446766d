// SPDX-License-Identifier: Apache-2.0
#include "kafka_client/client_properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Options with_properties(const nlohmann::json& properties) {
  return Options(nlohmann::json::object({{"brokers", {"localhost:9092"}}, {"properties", properties}}));
}

OptionError error_of(const nlohmann::json& properties) {
  try {
    make_configuration({}, with_properties(properties), {{"group.id", "use the option 'group'"}});
  } catch (const OptionError& e) {
    return e;
  }
  throw std::runtime_error("no OptionError was thrown");
}

std::string value(const Configuration& conf, const char* name) {
  char text[64] = "";
  std::size_t size = sizeof text;
  rd_kafka_conf_get(conf.get(), name, text, &size);
  return text;
}

TEST(ClientProperties, WhatTheFileSaysWinsOverTheDefault) {
  const auto conf =
      make_configuration({{"linger.ms", "5"}, {"retries", "7"}}, with_properties({{"linger.ms", "50"}}), {});
  EXPECT_EQ(value(conf, "linger.ms"), "50");
  EXPECT_EQ(value(conf, "retries"), "7");
}

TEST(ClientProperties, AnUnknownNameIsShownWithTheNearestOne) {
  const auto e = error_of({{"securty.protocol", "ssl"}});
  EXPECT_EQ(e.pointer(), "/properties/securty.protocol");
  EXPECT_THAT(e.what(), HasSubstr("did you mean 'security.protocol'?"));
}

TEST(ClientProperties, AValueOutOfRangeIsExplained) {
  const auto e = error_of({{"linger.ms", "soon"}});
  EXPECT_EQ(e.pointer(), "/properties/linger.ms");
  EXPECT_THAT(e.what(), HasSubstr("linger.ms"));
}

TEST(ClientProperties, APropertyThatAnOptionStandsForSaysWhich) {
  const auto e = error_of({{"group.id", "mine"}});
  EXPECT_EQ(e.pointer(), "/properties/group.id");
  EXPECT_THAT(e.what(), HasSubstr("use the option 'group'"));
}

TEST(ClientProperties, ASecretIsNeverPartOfAMessage) {
  const auto e = error_of({{"ssl.certificate.pem", "not a certificate: hunter2"}, {"zzz", ""}});
  EXPECT_THAT(e.what(), Not(HasSubstr("hunter2")));
}

TEST(ClientProperties, BrokersMayBeAListOrOneText) {
  const auto list_of = [](const nlohmann::json& brokers) {
    return broker_list(Options(nlohmann::json::object({{"brokers", brokers}})));
  };
  EXPECT_EQ(list_of({"a:1", "b:2"}), "a:1,b:2");
  EXPECT_EQ(list_of({"a:1,b:2"}), "a:1,b:2");
  EXPECT_THROW(list_of(nlohmann::json::array({""})), OptionError);
}

}  // namespace
}  // namespace weir::kafka
