// SPDX-License-Identifier: Apache-2.0
//
// Where plugins are looked for, and what is said when there is none. Nothing is loaded here: a name is a
// file's.
#include "plugin/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <variant>

#include "support/temp_dir.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class RegistryTest : public ::testing::Test {
 protected:
  RegistryTest() {
    for (const char* file : {"weir_source_kafka.so", "weir_source_file.so", "weir_sink_sql.so",
                             "weir_sink_file.so", "weir_sink_kafka.txt", "libother.so"}) {
      dir_.write(file, "");
    }
  }
  std::string refusal(weir_kind kind, const std::string& name) {
    const auto found = registry_.find(kind, name);
    return std::get<std::string>(found);
  }

  support::TempDir dir_;
  PluginRegistry registry_{{"/nowhere", dir_.path().string()}};
  const std::string looked_ = " (looked in /nowhere, " + dir_.path().string() + ")";
};

TEST_F(RegistryTest, AnUnknownNameIsToldWithTheNearestOfItsKind) {
  EXPECT_EQ(refusal(WEIR_SOURCE, "kafak"),
            "there is no source plugin 'kafak'; did you mean 'kafka'?" + looked_);
}

TEST_F(RegistryTest, WithoutANearNameAllOfTheKindAreTold) {
  EXPECT_EQ(refusal(WEIR_SOURCE, "generator"),
            "there is no source plugin 'generator'; known: file, kafka" + looked_);
  EXPECT_EQ(refusal(WEIR_WINDOW, "count"), "there is no window plugin 'count'" + looked_);
}

TEST_F(RegistryTest, ANameOfAnotherKindIsToldAsThat) {
  EXPECT_EQ(refusal(WEIR_SOURCE, "sql"), "there is no source plugin 'sql'; 'sql' is a sink");
}

TEST_F(RegistryTest, TheFileOfTheKindIsTakenAndItsProblemTold) {
  EXPECT_THAT(refusal(WEIR_SINK, "file"),
              StartsWith("plugin library " + (dir_ / "weir_sink_file.so").string() + " cannot be loaded: "));
}

TEST_F(RegistryTest, AFileWithoutAKindServesAll) {
  const auto path = dir_.write("weir_redis.so", "");
  for (const auto kind : {WEIR_SOURCE, WEIR_WINDOW, WEIR_PROCESS, WEIR_SINK}) {
    EXPECT_THAT(refusal(kind, "redis"), HasSubstr(path.string()));
  }
}

TEST_F(RegistryTest, ANameIsNoPath) {
  dir_.write("sub/weir_x.so", "");
  EXPECT_THAT(refusal(WEIR_SINK, "../sub/weir_x"), StartsWith("there is no sink plugin '../sub/weir_x'"));
}

TEST(PluginFolders, OfTheCommandLineComeBeforeThoseOfTheEnvironment) {
  ASSERT_EQ(setenv("WEIR_PLUGIN_PATH", "/c::/d", 1), 0);
  auto folders = plugin_folders({"/a", "/b"});
  unsetenv("WEIR_PLUGIN_PATH");
  ASSERT_GE(folders.size(), 4u);
  folders.resize(4);
  EXPECT_THAT(folders, ElementsAre("/a", "/b", "/c", "/d"));
}

}  // namespace
}  // namespace weir
