// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <filesystem>

#include "etl_run.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Plugins : public EtlRun {
 protected:
  static constexpr const char* kPipeline =
      "sources: {in: {plugin: file, path: x}}\nsinks: {out: {plugin: vault, from: in}}\n";
};

TEST_F(Plugins, AreListedWithKindAndSummary) {
  const auto done = etl_run({"plugins"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("name "));
  EXPECT_THAT(done.out,
              AllOf(ContainsRegex("\nfile +source +Reads"), ContainsRegex("\nfile +sink +Appends"),
                    ContainsRegex("\ntime_or_count +window +"), ContainsRegex("\nfilter +process +")));
  EXPECT_THAT(done.err, IsEmpty());
}

TEST_F(Plugins, OneIsDescribedWithOptionsPortsAndExample) {
  const auto done = etl_run({"plugins", "filter"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(StartsWith("filter, a process"), HasSubstr("\n  where  "),
                              HasSubstr("\nports\n  out"), HasSubstr("  unmatched (records)"),
                              HasSubstr("  error (records)"), HasSubstr("\nexample\n")));
}

TEST_F(Plugins, OfOneNameAllKindsAreDescribed) {
  const auto done = etl_run({"plugins", "file"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("file, a source"), HasSubstr("file, a sink")));
}

TEST_F(Plugins, AnUnknownNameIsToldWithTheNearest) {
  const auto done = etl_run({"plugins", "fitler"});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_EQ(done.err, "etl-run: unknown plugin 'fitler'; did you mean 'filter'?\n");
  EXPECT_THAT(done.out, IsEmpty());
}

TEST_F(Plugins, AreLookedForInFoldersOfTheCommandLineAndTheEnvironment) {
  dir_.write("p.yaml", kPipeline);
  EXPECT_EQ(etl_run({"check", "p.yaml"}).status.code, 2);
  EXPECT_EQ(etl_run({"check", "p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS}).status.code, 0);
  EXPECT_EQ(etl_run({"check", "p.yaml"}, {{"WEIR_PLUGIN_PATH", "/nowhere::" WEIR_CLI_PLUGINS}}).status.code,
            0);
}

TEST_F(Plugins, TheFirstFolderThatHasOneCounts) {
  dir_.write("p.yaml", kPipeline);
  const auto bad = dir_.write("bad/weir_sink_vault.so", "no library");
  const Environment environment{{"WEIR_PLUGIN_PATH", WEIR_CLI_PLUGINS}};
  const auto done = etl_run({"check", "p.yaml", "--plugin-dir", "bad"}, environment);
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.err, StartsWith("p.yaml:2:23: plugin library bad/weir_sink_vault.so cannot be loaded: "));
  EXPECT_EQ(etl_run({"check", "p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS, "--plugin-dir", "bad"}).status.code,
            0);
}

TEST_F(Plugins, TheListTellsWhatCannotBeUsedAndShowsTheRest) {
  dir_.write("bad/weir_sink_vault.so", "no library");
  const auto done = etl_run({"plugins", "--plugin-dir", "bad"});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.err, StartsWith("etl-run: plugin library bad/weir_sink_vault.so cannot be loaded: "));
  EXPECT_THAT(done.out, HasSubstr("\nfilter "));
}

// A program that was copied away from the build tree finds the plugins in the folder beside it.
TEST_F(Plugins, AnInstalledProgramFindsThoseBesideIt) {
  namespace fs = std::filesystem;
  fs::create_directories(dir_ / "usr/bin");
  fs::create_directories(dir_ / "usr/lib/weir/plugins");
  fs::copy(WEIR_ETL_RUN, dir_ / "usr/bin/etl-run");
  fs::copy(WEIR_CLI_PLUGINS "/weir_sink_vault.so", dir_ / "usr/lib/weir/plugins");
  const auto done = support::run({(dir_ / "usr/bin/etl-run").string(), "plugins"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_EQ(done.out, "name   kind     summary\nvault  sink     Keeps nothing, but knows secrets.\n");
}

}  // namespace
}  // namespace weir::test
