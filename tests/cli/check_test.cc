// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "etl_run.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Check : public EtlRun {
 protected:
  /// What check and run say alike of a file that is not as it should be, without the closing line.
  std::string errors(const std::string& yaml, const Environment& environment = {}) {
    dir_.write("p.yaml", yaml);
    const auto checked = etl_run({"check", "p.yaml"}, environment);
    EXPECT_EQ(checked.status.code, 2);
    EXPECT_THAT(checked.out, IsEmpty());
    const auto run = etl_run({"p.yaml"}, environment);
    EXPECT_EQ(run.status.code, 2);
    EXPECT_EQ(run.err, checked.err);
    return checked.err.substr(0, checked.err.find("etl-run: "));
  }
};

const char kGood[] = R"(
sources: {in: {plugin: file, path: in.txt}}
processes: {some: {plugin: filter, from: in, where: not blank}}
sinks: {out: {plugin: file, from: some, path: folder/out.txt}}
discard: [some.unmatched]
)";

TEST_F(Check, AGoodFileIsOkAndNothingIsTouched) {
  dir_.write("p.yaml", kGood);
  const auto done = etl_run({"check", "p.yaml"});
  EXPECT_EQ(done.status.code, 0);
  EXPECT_EQ(done.out, "p.yaml: ok, 3 stages\n");
  EXPECT_THAT(done.err, IsEmpty());
  EXPECT_FALSE(exists("folder"));
  const auto quiet = etl_run({"check", "--quiet", "p.yaml"});
  EXPECT_EQ(quiet.status.code, 0);
  EXPECT_THAT(quiet.out + quiet.err, IsEmpty());
}

TEST_F(Check, MalformedYamlIsToldWithItsPlace) {
  EXPECT_THAT(errors("sources:\n  in: {plugin: file, path: [x\nsinks: {}\n"), StartsWith("p.yaml:"));
  EXPECT_THAT(errors("sources:\n\tin: {plugin: file}\n"), StartsWith("p.yaml:2:1: "));
  EXPECT_THAT(errors(""), StartsWith("p.yaml: the file is empty"));
}

TEST_F(Check, AnUnknownOptionIsToldWithTheNearest) {
  EXPECT_EQ(errors("sources:\n  in:\n    plugin: file\n    paht: in.txt\nsinks:\n"
                   "  out: {plugin: discard, from: in}\n"),
            "p.yaml:4:5: unknown option 'paht' of source plugin 'file'; did you mean 'path'?\n");
}

TEST_F(Check, AnEnvironmentVariableThatIsNotSetIsNamed) {
  const std::string yaml =
      "sources:\n  in: {plugin: file, path: \"${IN_PATH}\"}\nsinks: {out: {plugin: discard, from: in}}\n";
  EXPECT_EQ(errors(yaml),
            "p.yaml:2:28: environment variable IN_PATH is not set, expected a value for it, or a "
            "default as in ${IN_PATH:default}\n");
  EXPECT_EQ(etl_run({"check", "p.yaml"}, {{"IN_PATH", "x"}}).status.code, 0);
}

TEST_F(Check, AnUnknownPluginIsToldWithTheNearestAndWhereItWasLookedFor) {
  EXPECT_EQ(errors("sources:\n  in: {plugin: flie, path: x}\nsinks: {out: {plugin: discard, from: in}}\n"),
            "p.yaml:2:16: there is no source plugin 'flie'; did you mean 'file'? (looked in " WEIR_BUILD_DIR
            "/lib/weir/plugins)\n");
  EXPECT_EQ(errors("sources:\n  in: {plugin: filter}\nsinks: {out: {plugin: discard, from: in}}\n"),
            "p.yaml:2:16: there is no source plugin 'filter'; 'filter' is a process\n");
}

TEST_F(Check, AWrongValueInsideAnOptionIsToldWithItsPlace) {
  const auto text = errors(
      "sources: {in: {plugin: file, path: x}}\n"
      "processes:\n"
      "  some:\n"
      "    plugin: filter\n"
      "    from: in\n"
      "    where:\n"
      "      all:\n"
      "        - {field: a, exists: true}\n"
      "        - {field: b, matches: \"[\"}\n"
      "sinks: {out: {plugin: discard, from: [some, some.unmatched]}}\n");
  EXPECT_THAT(text, StartsWith("p.yaml:9:31: stage 'some': "));
}

TEST_F(Check, AllErrorsOfAFileComeAtOnceInItsOrder) {
  EXPECT_EQ(errors("tasks: 0\n"
                   "sources:\n"
                   "  in: {plugin: file, max_line: 5 apples, path: x}\n"
                   "processes:\n"
                   "  some: {plugin: filter, from: in, where: not blank}\n"
                   "sinks:\n"
                   "  out: {plugin: file, from: some.unmached}\n"),
            "p.yaml:1:8: 'tasks' is '0', expected 1 to 1024\n"
            "p.yaml:3:32: 'max_line' is '5 apples', expected a size such as 64MiB, in units of B, KiB, MiB, "
            "GiB, TiB, kB, KB, MB, GB, TB\n"
            "p.yaml:5:3: port 'some.out' leads nowhere; wire it (from: some) or name it under 'discard:'\n"
            "p.yaml:7:3: required option 'path' of sink plugin 'file' is missing, expected a text\n"
            "p.yaml:7:29: stage 'some' has no port 'unmached'; did you mean 'unmatched'?\n");
  EXPECT_THAT(etl_run({"check", "p.yaml"}).err, HasSubstr("\netl-run: 5 errors\n"));
}

}  // namespace
}  // namespace weir::test
