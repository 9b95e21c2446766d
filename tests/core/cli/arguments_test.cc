// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Words = std::vector<std::string>;

Arguments parse(const Words& words) {
  const auto arguments = parse_arguments(words);
  EXPECT_TRUE(arguments.ok()) << arguments.message();
  return arguments.ok() ? arguments.value() : Arguments{};
}

// The first line of the usage error.
std::string error(const Words& words) {
  const auto arguments = parse_arguments(words);
  EXPECT_FALSE(arguments.ok());
  if (arguments.ok()) return "";
  EXPECT_THAT(arguments.message(), HasSubstr("\nusage: etl-run"));
  return arguments.message().substr(0, arguments.message().find('\n'));
}

TEST(Arguments, AFileAloneIsRun) {
  const Arguments arguments = parse({"pipeline.yaml"});
  EXPECT_EQ(arguments.command, Command::kRun);
  EXPECT_EQ(arguments.file, "pipeline.yaml");
  EXPECT_FALSE(arguments.quiet);
  EXPECT_THAT(arguments.plugin_dirs, IsEmpty());
}

TEST(Arguments, CheckTakesAFile) {
  const Arguments arguments = parse({"check", "pipeline.yaml"});
  EXPECT_EQ(arguments.command, Command::kCheck);
  EXPECT_EQ(arguments.file, "pipeline.yaml");
}

TEST(Arguments, PluginsTakesANameOrNone) {
  EXPECT_EQ(parse({"plugins"}).plugin, "");
  EXPECT_EQ(parse({"plugins"}).command, Command::kPlugins);
  EXPECT_EQ(parse({"plugins", "kafka"}).plugin, "kafka");
}

TEST(Arguments, ReplayTakesFilesAndAStage) {
  const Arguments arguments = parse({"replay", "p.yaml", "--from", "a.ndjson", "b.ndjson", "--into", "lookup",
                                     "--batch", "50", "--max-attempts=3", "--dry-run", "--from", "c"});
  EXPECT_EQ(arguments.command, Command::kReplay);
  EXPECT_EQ(arguments.file, "p.yaml");
  EXPECT_THAT(arguments.replay.files, ElementsAre("a.ndjson", "b.ndjson", "c"));
  EXPECT_EQ(arguments.replay.into, "lookup");
  EXPECT_EQ(arguments.replay.batch, 50);
  EXPECT_EQ(arguments.replay.max_attempts, 3);
  EXPECT_TRUE(arguments.replay.dry_run);
}

TEST(Arguments, OptionsStandAnywhere) {
  const Arguments before = parse({"--plugin-dir", "/a", "--quiet", "check", "p.yaml", "--plugin-dir=/b"});
  EXPECT_EQ(before.command, Command::kCheck);
  EXPECT_EQ(before.file, "p.yaml");
  EXPECT_TRUE(before.quiet);
  EXPECT_THAT(before.plugin_dirs, ElementsAre("/a", "/b"));
  EXPECT_EQ(parse({"--from", "a", "replay", "p.yaml", "--into", "x"}).file, "p.yaml");
}

TEST(Arguments, PortsAreVerifiedWhereSomethingRuns) {
  EXPECT_FALSE(parse({"p.yaml"}).verify_ports);
  EXPECT_TRUE(parse({"--verify-ports", "p.yaml"}).verify_ports);
  EXPECT_TRUE(parse({"replay", "p.yaml", "--from", "a", "--into", "b", "--verify-ports"}).verify_ports);
  EXPECT_EQ(error({"check", "--verify-ports", "p.yaml"}),
            "option '--verify-ports' is for runs and replays, where records leave by ports");
}

TEST(Arguments, AFileMayBeCalledLikeACommand) {
  EXPECT_EQ(parse({"run", "check"}).file, "check");
  EXPECT_EQ(parse({"--", "check"}).file, "check");
  EXPECT_EQ(parse({"check", "--", "-odd.yaml"}).file, "-odd.yaml");
}

TEST(Arguments, HelpAndVersionStandEverywhereAndAskForNothingElse) {
  for (const char* word : {"--help", "-h"}) {
    EXPECT_TRUE(parse({word}).help);
    EXPECT_TRUE(parse({"replay", word}).help);
    EXPECT_EQ(parse({"replay", word}).command, Command::kReplay);
    EXPECT_TRUE(parse({"p.yaml", word}).help);
  }
  EXPECT_TRUE(parse({"--version"}).version);
  EXPECT_TRUE(parse({"check", "-V"}).version);
}

TEST(Arguments, UsageErrorsNameTheNearestRightWord) {
  EXPECT_EQ(error({}), "the pipeline file is missing");
  EXPECT_EQ(error({"chek", "p.yaml"}), "unknown command 'chek'; did you mean 'check'?");
  EXPECT_EQ(error({"start", "a.yaml"}),
            "unknown command 'start'; known: run, check, plugins, replay, state, test");
  EXPECT_EQ(error({"plugns"}), "unknown command 'plugns'; did you mean 'plugins'?");
  EXPECT_EQ(error({"a.yaml", "b.yaml"}), "'b.yaml' is one word too many, expected one pipeline file");
  EXPECT_EQ(error({"check"}), "the pipeline file is missing");
  EXPECT_EQ(error({"check", "a.yaml", "b.yaml"}),
            "'b.yaml' is one word too many, expected one pipeline file");
  EXPECT_EQ(error({"plugins", "a", "b"}), "'b' is one word too many, expected one plugin's name");
  EXPECT_EQ(error({"p.yaml", "--plugindir=/x"}),
            "unknown option '--plugindir'; did you mean '--plugin-dir'?");
  EXPECT_EQ(error({"p.yaml", "-z"}),
            "unknown option '-z'; known: --help, --version, --quiet, --plugin-dir, --verify-ports, "
            "--drop-state, --begin-with, --listen");
  EXPECT_EQ(error({"p.yaml", "--plugin-dir"}), "option '--plugin-dir' needs a value");
  EXPECT_EQ(error({"p.yaml", "--quiet=yes"}), "option '--quiet' takes no value");
  EXPECT_EQ(error({"p.yaml", "--dry-run"}), "option '--dry-run' is one of 'etl-run replay' alone");
}

TEST(Arguments, ReplaySaysWhatItNeeds) {
  EXPECT_EQ(error({"replay"}), "the pipeline file is missing");
  EXPECT_EQ(error({"replay", "--into", "x", "--from", "a", "p.yaml"}),
            "the pipeline file is missing, expected it before --from");
  EXPECT_EQ(error({"replay", "p.yaml", "--into", "x"}),
            "option '--from' is missing, expected the side files to read");
  EXPECT_EQ(error({"replay", "p.yaml", "--from", "a"}),
            "option '--into' is missing, expected the stage that gets the records");
  EXPECT_EQ(error({"replay", "p.yaml", "--from", "--into", "x"}), "option '--from' needs a value");
  EXPECT_EQ(error({"replay", "p.yaml", "--batch", "0"}),
            "option '--batch' is '0', expected a whole number of at least 1");
  EXPECT_EQ(error({"replay", "p.yaml", "--batch", "99999999999"}),
            "option '--batch' is '99999999999', expected a whole number of at least 1");
  EXPECT_EQ(error({"replay", "p.yaml", "--into", "x", "--into", "y"}), "option '--into' is given twice");
}

TEST(Arguments, AUsageErrorShowsTheUsageOfItsCommand) {
  EXPECT_EQ(
      parse_arguments({"check"}).message(),
      "the pipeline file is missing\nusage: etl-run check FILE [options]\netl-run check --help says more\n");
}

TEST(Help, OfEachCommandNamesItsOptions) {
  EXPECT_THAT(help_text(Command::kRun), HasSubstr("etl-run replay FILE --from FILES... --into STAGE"));
  for (const Command command : {Command::kRun, Command::kCheck, Command::kPlugins, Command::kReplay}) {
    EXPECT_THAT(help_text(command), HasSubstr("\nusage: etl-run "));
    EXPECT_THAT(help_text(command), HasSubstr("\n  --plugin-dir DIR"));
    EXPECT_EQ(help_text(command).back(), '\n');
  }
  EXPECT_THAT(help_text(Command::kReplay), HasSubstr("\n  --max-attempts N"));
  EXPECT_THAT(version_text(), testing::MatchesRegex("etl-run [0-9.]+ \\(plugin ABI [0-9]+\\.[0-9]+\\)\n"));
}

TEST(Arguments, TestTakesFilesAndFolders) {
  const Arguments arguments =
      parse({"test", "a.yaml", "--filter", "blank", "folder", "--junit=r.xml", "--at-once", "2", "-q"});
  EXPECT_EQ(arguments.command, Command::kTest);
  EXPECT_THAT(arguments.test.paths, ElementsAre("a.yaml", "folder"));
  EXPECT_EQ(arguments.test.filter, "blank");
  EXPECT_EQ(arguments.test.junit, "r.xml");
  EXPECT_EQ(arguments.test.at_once, 2);
  EXPECT_EQ(arguments.test.filter, "blank");
  EXPECT_EQ(arguments.test.junit, "r.xml");
  EXPECT_TRUE(arguments.quiet);
  EXPECT_FALSE(arguments.test.thorough);
  EXPECT_TRUE(parse({"test", "a.yaml", "--thorough"}).test.thorough);
  EXPECT_THAT(error({"test", "a.yaml", "--thorough", "--at-once=2"}),
              HasSubstr("'--at-once' has no meaning"));
  EXPECT_EQ(error({"test"}), "the files or folders with tests are missing");
  EXPECT_EQ(error({"check", "a.yaml", "--filter", "x"}), "option '--filter' is one of 'etl-run test' alone");
}

}  // namespace
}  // namespace weir
