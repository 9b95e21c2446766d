// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "etl_run.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

using Usage = EtlRun;

TEST_F(Usage, HelpIsForTheProgramAndEachCommand) {
  for (const auto& [arguments, part] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--help"}, "usage: etl-run FILE [options]"},
           {{"-h"}, "exit codes\n"},
           {{"check", "--help"}, "usage: etl-run check FILE [options]"},
           {{"plugins", "-h"}, "usage: etl-run plugins [NAME] [options]"},
           {{"replay", "--help"}, "--max-attempts N"},
           {{"p.yaml", "--help"}, "usage: etl-run FILE [options]"}}) {
    const auto done = etl_run(arguments);
    EXPECT_EQ(done.status.code, 0) << arguments[0];
    EXPECT_THAT(done.out, HasSubstr(part));
    EXPECT_THAT(done.err, IsEmpty());
  }
}

TEST_F(Usage, VersionNamesTheProgramAndTheBoundary) {
  for (const char* option : {"--version", "-V"}) {
    const auto done = etl_run({option});
    EXPECT_EQ(done.status.code, 0);
    EXPECT_THAT(done.out, MatchesRegex("etl-run [0-9]+\\.[0-9]+\\.[0-9]+ \\(plugin ABI 1\\.0\\)\n"));
  }
  EXPECT_EQ(etl_run({"check", "--version"}).status.code, 0);
}

TEST_F(Usage, ErrorsShowTheNearestCommandAndTheUsage) {
  struct Case {
    std::vector<std::string> arguments;
    std::string message;
  };
  for (const auto& [arguments, message] : std::vector<Case>{
           {{}, "etl-run: the pipeline file is missing\nusage: etl-run FILE"},
           {{"chekc", "p.yaml"}, "etl-run: unknown command 'chekc'; did you mean 'check'?\nusage: "},
           {{"plugin"}, "etl-run: unknown command 'plugin'; did you mean 'plugins'?\n"},
           {{"p.yaml", "--queit"}, "etl-run: unknown option '--queit'; did you mean '--quiet'?\n"},
           {{"check"}, "etl-run: the pipeline file is missing\nusage: etl-run check FILE"},
           {{"a.yaml", "b.yaml"}, "etl-run: 'b.yaml' is one word too many"},
           {{"p.yaml", "--into", "x"}, "etl-run: option '--into' is one of 'etl-run replay' alone"},
           {{"replay", "p.yaml", "--into", "x"}, "etl-run: option '--from' is missing"},
           {{"replay", "p.yaml", "--from", "x"}, "etl-run: option '--into' is missing"}}) {
    const auto done = etl_run(arguments);
    EXPECT_EQ(done.status.code, 2) << message;
    EXPECT_THAT(done.err, AllOf(StartsWith(message), HasSubstr("usage: etl-run")));
    EXPECT_THAT(done.out, IsEmpty());
  }
}

TEST_F(Usage, AFileThatIsNotThereIsNamed) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"nowhere.yaml"},
                                             {"run", "nowhere.yaml"},
                                             {"check", "nowhere.yaml"},
                                             {"replay", "nowhere.yaml", "--from", "f", "--into", "x"}}) {
    const auto done = etl_run(arguments);
    EXPECT_EQ(done.status.code, 2);
    EXPECT_EQ(done.err,
              "nowhere.yaml: the file cannot be read: No such file or directory\netl-run: 1 error\n");
  }
}

}  // namespace
}  // namespace weir::test
