// SPDX-License-Identifier: Apache-2.0
//
// Libraries that cannot be used: the text names the file and the cause.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "plugin/library.h"
#include "plugin/registry.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string path_of(const std::string& name) {
  return std::string(WEIR_ABI_LIBRARIES) + "/weir_sink_" + name + ".so";
}

/// Why there is no sink of that name; empty when there is.
std::string refusal(PluginRegistry& registry, const std::string& name) {
  const auto found = registry.find(WEIR_SINK, name);
  const auto* why = std::get_if<std::string>(&found);
  return why == nullptr ? "" : *why;
}

struct BadLibrary {
  const char* name;
  std::string cause;  ///< what stands behind the file's name
};

class BadLibraries : public ::testing::TestWithParam<BadLibrary> {};

TEST_P(BadLibraries, AreRefusedWithFileAndCause) {
  PluginRegistry registry({WEIR_ABI_LIBRARIES});
  const std::string expected = "plugin library " + path_of(GetParam().name) + " " + GetParam().cause;
  EXPECT_EQ(refusal(registry, GetParam().name), expected);
  EXPECT_EQ(refusal(registry, GetParam().name), expected) << "the second time too";
}

std::string bytes(const std::string& what, std::size_t size, std::size_t needed) {
  return what + " of " + std::to_string(size) + " bytes where this etl-run needs " + std::to_string(needed) +
         "; rebuild it against this version's headers";
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadLibraries,
    ::testing::Values(
        BadLibrary{"no_symbol",
                   "does not export 'weir_library', so it is no Weir plugin (WEIR_PLUGIN is missing?)"},
        BadLibrary{"other_major",
                   "was built for plugin ABI 2.0, this etl-run has 1.0; rebuild it against this version's "
                   "headers"},
        BadLibrary{"newer_minor",
                   "was built for plugin ABI 1.1, this etl-run has 1.0; rebuild it against this version's "
                   "headers"},
        BadLibrary{"short_info", bytes("has a plugin table", offsetof(weir_library_info, plugins),
                                       sizeof(weir_library_info))},
        BadLibrary{"short_plugin",
                   bytes("has a plugin descriptor", offsetof(weir_plugin, interrupt), sizeof(weir_plugin))},
        BadLibrary{"short_option", bytes("declares the plugin 'short_option' with an option struct",
                                         offsetof(weir_option, minimum), sizeof(weir_option))},
        BadLibrary{"static_throw", "threw while it was loaded: there is no licence file"},
        BadLibrary{"entry_throw", "threw while it was loaded: the descriptors cannot be made"},
        BadLibrary{"twice", "declares the sink 'twice' twice"},
        BadLibrary{"other_name", "holds no sink 'other_name', only sink 'elsewhere'"},
        BadLibrary{"no_table", "gives no plugin table"}, BadLibrary{"no_info", "gives no plugin table"},
        BadLibrary{"no_open", "declares the plugin 'no_open' without open, close, create, start or destroy"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(PluginLibrary, AFileThatIsNoLibraryIsRefusedWithFileAndCause) {
  const support::TempDir folder;
  const auto path = folder.write("weir_sink_notes.so",
                                 "This is a text about a plugin, and longer than a header of "
                                 "sixty-four bytes.\n");
  PluginRegistry registry({folder.path().string()});
  EXPECT_EQ(refusal(registry, "notes"),
            "plugin library " + path.string() + " cannot be loaded: invalid ELF header");
  folder.write("weir_sink_empty.so", "");
  EXPECT_THAT(refusal(registry, "empty"), AllOf(HasSubstr("weir_sink_empty.so"), HasSubstr("too short")));
}

TEST(PluginLibrary, BesideBadOnesAGoodOneIsFound) {
  PluginRegistry registry({WEIR_ABI_LIBRARIES});
  EXPECT_NE(refusal(registry, "static_throw"), "");
  EXPECT_EQ(refusal(registry, "good"), "");
}

TEST(PluginLibrary, TheListOfAllTellsEachThatCannotBeUsed) {
  PluginRegistry registry({WEIR_ABI_LIBRARIES});
  std::vector<std::string> problems;
  std::vector<std::string> names;
  for (const auto* plugin : registry.all(problems)) names.emplace_back(plugin->name);
  EXPECT_THAT(names, AllOf(Contains("good"), Contains("reverse"), Not(Contains("elsewhere"))));
  EXPECT_EQ(problems.size(), 13u);
  EXPECT_THAT(problems, Contains("plugin library " + path_of("other_name") +
                                 " holds the sink 'elsewhere', which is looked for in a file named "
                                 "weir_sink_elsewhere.so"));
  EXPECT_THAT(problems, Contains(HasSubstr(path_of("static_throw"))));
}

TEST(PluginLibrary, CheckOfAFileThatNamesABadOneEndsWithItsPlaceAndExitCode2) {
  const support::TempDir dir;
  const auto file =
      dir.write("p.yaml",
                "sources:\n  in: {plugin: file, path: x}\nsinks:\n  out: {plugin: twice, from: in}\n"
                "  again: {plugin: static_throw, from: in}\n");
  const auto done = support::run({WEIR_ETL_RUN, "check", file.string(), "--plugin-dir", WEIR_ABI_LIBRARIES});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_EQ(done.err, file.string() + ":4:17: plugin library " + path_of("twice") +
                          " declares the sink 'twice' twice\n" + file.string() + ":5:19: plugin library " +
                          path_of("static_throw") + " threw while it was loaded: there is no licence file\n" +
                          "etl-run: 2 errors\n");
}

TEST(PluginLibrary, OnlyThoseThatAFileNamesAreLoaded) {
  const support::TempDir dir;
  const auto file =
      dir.write("p.yaml", "sources: {in: {plugin: file, path: x}}\nsinks: {out: {plugin: good, from: in}}\n");
  const auto done = support::run({WEIR_ETL_RUN, "check", file.string(), "--plugin-dir", WEIR_ABI_LIBRARIES});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.err, IsEmpty()) << "the bad ones beside it do not matter";
}

}  // namespace
}  // namespace weir
