// SPDX-License-Identifier: Apache-2.0
#include "time_zone/time_zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <random>
#include <stdexcept>
#include <string>

#include "support/temp_dir.h"

namespace weir {
namespace {

/// TZ is set to something else for as long as this lives.
class Tz {
 public:
  explicit Tz(const char* value) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    set(value);
  }
  ~Tz() { set(before_ ? before_->c_str() : nullptr); }

 private:
  static void set(const char* value) {
    value == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", value, 1);
    ::tzset();
  }
  std::optional<std::string> before_;
};

std::string shown(const std::tm& calendar) {
  char text[100];
  return {text, std::strftime(text, sizeof text, "%F %T %z %Z", &calendar)};
}

/// What the C library says with TZ set to the zone.
std::string by_library(const char* zone, std::int64_t seconds) {
  const Tz tz(zone);
  const std::time_t time = seconds;
  std::tm calendar{};
  ::localtime_r(&time, &calendar);
  return shown(calendar);
}

TEST(TimeZone, ClocksShowWhatTheCLibrarySays) {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<std::int64_t> seconds(-2'000'000'000, 6'000'000'000);  // 1906 to 2160
  for (const char* name :
       {"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
        "America/Sao_Paulo", "Asia/Kathmandu", "America/Nuuk", "Europe/Dublin", "Etc/GMT+5"}) {
    const auto zone = TimeZone::load(name);
    for (int i = 0; i < 300; ++i) {
      const auto time = seconds(random);
      ASSERT_EQ(shown(zone.calendar(time)), by_library(name, time)) << name << " " << time;
    }
  }
}

TEST(TimeZone, RulesWithoutADatabaseAreUnderstood) {
  std::mt19937_64 random(12);
  std::uniform_int_distribution<std::int64_t> seconds(0, 6'000'000'000);
  for (const char* rule :
       {"CET-1CEST,M3.5.0,M10.5.0/3", "NZST-12NZDT,M9.5.0,M4.1.0/3", "<+0330>-3:30",
        "EST5EDT4,J60/0,300/12:30:15", "IST-1GMT0,M10.5.0,M3.5.0/1", "EET-2EEST,M3.5.0/3,M10.5.0/4"}) {
    const Tz tz(rule);
    const auto zone = TimeZone::load("local");
    for (int i = 0; i < 300; ++i) {
      const auto time = seconds(random);
      ASSERT_EQ(zone.calendar(time).tm_gmtoff,
                [&] {
                  const std::time_t t = time;
                  std::tm calendar{};
                  ::localtime_r(&t, &calendar);
                  return calendar.tm_gmtoff;
                }())
          << rule << " " << time;
    }
  }
}

TEST(TimeZone, UtcNeedsNoDatabase) {
  ::setenv("TZDIR", "/nonexistent", 1);
  EXPECT_EQ(shown(TimeZone::load("UTC").calendar(0)), "1970-01-01 00:00:00 +0000 UTC");
  EXPECT_THROW(TimeZone::load("Asia/Shanghai"), std::invalid_argument);
  ::unsetenv("TZDIR");
}

TEST(TimeZone, LocalFollowsTz) {
  const Tz tz(":Asia/Shanghai");
  EXPECT_EQ(TimeZone::load("local").at(0).offset, 8 * 3600);
}

TEST(TimeZone, AFileThatIsNoneOrCutOffIsExplained) {
  const support::TempDir dir;
  std::string whole;
  {
    const support::TempDir unused;
    whole = unused.read("/usr/share/zoneinfo/Europe/Berlin");
  }
  ::setenv("TZDIR", dir.path().c_str(), 1);
  for (const std::size_t size : {0u, 3u, 43u, 44u, 100u, 1000u}) {
    dir.write("Zone", whole.substr(0, size));
    EXPECT_THROW(TimeZone::load("Zone"), std::invalid_argument) << size;
  }
  dir.write("Zone", "not a zone, but long enough to have a header of the right size");
  EXPECT_THROW(TimeZone::load("Zone"), std::invalid_argument);
  ::unsetenv("TZDIR");
}

}  // namespace
}  // namespace weir
