// SPDX-License-Identifier: Apache-2.0
#include "sql_client/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace weir::sql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(const std::string& text) {
  try {
    DatabaseUrl::parse(text);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "it was taken";
}

TEST(DatabaseUrl, HasItsPartsDecoded) {
  const auto url =
      DatabaseUrl::parse("mysql://us%3Aer:p%40ss%2F%3D@db.example.com:3307/my%20shop?charset=utf8mb4");
  EXPECT_EQ(url.database, Database::kMySql);
  EXPECT_EQ(url.user, "us:er");
  EXPECT_EQ(url.password, "p@ss/=");
  EXPECT_EQ(url.host, "db.example.com");
  EXPECT_EQ(url.port, 3307);
  EXPECT_EQ(url.name, "my shop");
  EXPECT_EQ(url.connection_string(),
            "host=db.example.com;port=3307;user=us:er;password=p@ss/=;db=my "
            "shop;secure-auth=true;auto-reconnect=false;"
            "character-set=utf8mb4");
}

TEST(DatabaseUrl, DefaultsAreTheServersPortsAndUtf8) {
  const auto mysql = DatabaseUrl::parse("mariadb://u@h/d");
  EXPECT_EQ(mysql.port, 3306);
  EXPECT_THAT(mysql.connection_string(), HasSubstr("character-set=utf8mb4"));
  const auto postgresql = DatabaseUrl::parse("postgres://u@/d");
  EXPECT_EQ(postgresql.port, 5432);
  EXPECT_EQ(postgresql.host, "localhost");
}

TEST(DatabaseUrl, APostgresqlPasswordIsQuotedForItsLibrary) {
  const auto url = DatabaseUrl::parse("postgresql://u:it's%5C@h/d?sslmode=require");
  EXPECT_EQ(
      url.connection_string(),
      R"(host='h' port=5432 user='u' dbname='d' client_encoding=UTF8 password='it\'s\\' sslmode='require')");
}

TEST(DatabaseUrl, SqliteTakesAbsoluteAndRelativePaths) {
  EXPECT_EQ(DatabaseUrl::parse("sqlite:///var/lib/a%20b.db").name, "/var/lib/a b.db");
  EXPECT_EQ(DatabaseUrl::parse("sqlite:/var/lib/a.db").name, "/var/lib/a.db");
  EXPECT_EQ(DatabaseUrl::parse("sqlite:data/a.db").name, "data/a.db");
  EXPECT_THAT(refusal("sqlite://data/a.db"), HasSubstr("expected sqlite:data/a.db"));
  EXPECT_THAT(refusal("sqlite:"), HasSubstr("names no file"));
}

TEST(DatabaseUrl, AnIpv6HostStandsInBrackets) {
  const auto url = DatabaseUrl::parse("mysql://u:p@[::1]:3308/d");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 3308);
  EXPECT_EQ(url.label(), "mysql://[::1]:3308/d");
}

TEST(DatabaseUrl, TheLabelShowsHostAndDatabaseOnly) {
  EXPECT_EQ(DatabaseUrl::parse("mysql://user:secret@h/d").label(), "mysql://h:3306/d");
  EXPECT_EQ(DatabaseUrl::parse("sqlite:///a/b.db").label(), "sqlite:/a/b.db");
}

TEST(DatabaseUrl, WhatIsWrongIsSaid) {
  EXPECT_THAT(refusal("oracle://u:p@h/d"), HasSubstr("known scheme"));
  EXPECT_THAT(refusal("mysql:u:p@h/d"), HasSubstr("'//' is missing"));
  EXPECT_THAT(refusal("mysql://u:p@h"), HasSubstr("names no database"));
  EXPECT_THAT(refusal("mysql://h/d"), HasSubstr("names no user"));
  EXPECT_THAT(refusal("mysql://u:p@h:0/d"), HasSubstr("port"));
  EXPECT_THAT(refusal("mysql://u:p@h/d?chraset=utf8"),
              HasSubstr("'chraset', expected one of charset, compress"));
  EXPECT_THAT(refusal("mysql://u:p%zz@h/d"), HasSubstr("%25"));
  EXPECT_THAT(refusal("mysql://u:p;x@h/d"), HasSubstr("holds ';'"));
  EXPECT_THAT(refusal("postgresql://u:p%20x@h/d"), HasSubstr("holds a space"));
}

TEST(DatabaseUrl, NoMessageShowsThePassword) {
  for (const std::string url :
       {"mysql://user:secret@h:x/d", "mysql://user:secret/more@h/d", "mysql://user:secret@h",
        "mysql://user:secret%@h/d", "mysql://user:secret;@h/d", "postgresql://user:secret @h/d",
        "user:secret@h/d", "mysql:user:secret@h/d", "mysql://user:secret@h/d?x=secret",
        "mysql://user:secret:1@h:2:secret/d"}) {
    EXPECT_THAT(refusal(url), Not(HasSubstr("secret"))) << url;
  }
}

}  // namespace
}  // namespace weir::sql
