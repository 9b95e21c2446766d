// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "etl_run.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// `etl-run test` on a pipeline that copies what is not blank.
class Test : public EtlRun {
 protected:
  Test() {
    dir_.write("p.yaml", R"(
sources: {in: {plugin: file, path: "${IN}"}}
processes: {some: {plugin: filter, from: in, where: not blank}}
sinks: {out: {plugin: file, from: some, path: folder/out.txt}}
discard: [some.unmatched]
)");
  }

  void write_tests(const std::string& tests) {
    dir_.write("p.test.yaml", "env: {IN: gone.txt}\ntests:\n" + tests);
  }
};

const char kHolds[] = R"(
  - name: a blank line is dropped
    steps:
      - records: {into: in, values: [a, "", b]}
      - expect: {at: out, values: [a, b]}
      - expect: {at: some.unmatched, values: [""]}
      - nothing_else:
)";

const char kFails[] = R"(
  - name: a blank line is kept
    steps:
      - records: {into: in, values: [""]}
      - expect: {at: out, values: [""]}
)";

TEST_F(Test, ATestThatHoldsIsALineAndNothingIsTouched) {
  write_tests(kHolds);
  const auto done = etl_run({"test", "p.yaml"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("holds p.test.yaml: a blank line is dropped ("));
  EXPECT_THAT(done.out, HasSubstr("1 test, all hold ("));
  EXPECT_THAT(done.err, IsEmpty());
  EXPECT_FALSE(exists("folder"));
  EXPECT_THAT(etl_run({"test", "-q", "p.test.yaml"}).out, IsEmpty());
}

TEST_F(Test, ATestThatDoesNotHoldShowsTheDifferenceAndItsPlace) {
  write_tests(std::string(kHolds) + kFails);
  const auto done = etl_run({"test", "--quiet", "."});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.out, AllOf(StartsWith("FAILS p.test.yaml: a blank line is kept ("),
                              HasSubstr("\np.test.yaml:14:9: out took something else than expected"),
                              HasSubstr("\n  - ''\n"), Not(HasSubstr("holds"))));
}

TEST_F(Test, AFilterPicksTestsByName) {
  write_tests(std::string(kHolds) + kFails);
  const auto done = etl_run({"test", ".", "--filter", "dropped"});
  EXPECT_EQ(done.status.code, 0);
  EXPECT_THAT(done.out, HasSubstr("1 test, all hold ("));
  const auto none = etl_run({"test", ".", "--filter", "nothing like it"});
  EXPECT_EQ(none.status.code, 2);
  EXPECT_EQ(none.err, "etl-run: none of the 2 tests has 'nothing like it' in its name\n");
}

TEST_F(Test, ThoroughTellsWhatDependsOnHowManyRecordsComeAtOnce) {
  write_tests(R"(
  - name: a write that fails takes both records with it
    steps:
      - fail: {stage: out, code: full}
      - records: {into: in, values: [a, b]}
      - stops: {code: full}
      - expect: {at: out, values: []}
      - counters: {some.in: 2}
)");
  EXPECT_EQ(etl_run({"test", "p.yaml"}).status.code, 0);
  const auto done = etl_run({"test", "--thorough", "p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.out,
              AllOf(HasSubstr("p.test.yaml:10:9: some.in is 1, expected 2\nrun with 1 record at once\n"),
                    HasSubstr("1 test, 1 does not hold (")));
}

TEST_F(Test, TheResultsAreWrittenForContinuousIntegration) {
  write_tests(std::string(kHolds) + kFails);
  EXPECT_EQ(etl_run({"test", ".", "--junit", "results.xml"}).status.code, 1);
  EXPECT_THAT(dir_.read("results.xml"),
              AllOf(HasSubstr("<testsuite name=\"p.test.yaml\" tests=\"2\" failures=\"1\""),
                    HasSubstr("<failure message=\"p.test.yaml:14:9: out took")));
  write_tests(kHolds);
  const auto lost = etl_run({"test", ".", "--junit", "gone/results.xml"});
  EXPECT_EQ(lost.status.code, 1);
  EXPECT_THAT(lost.err, HasSubstr("cannot be written to 'gone/results.xml'"));
}

TEST_F(Test, AllThatIsWrongIsShownAtOnceAndNothingRuns) {
  write_tests(std::string(kHolds) +
              "  - name: wrong\n    steps:\n      - expct: {at: out, values: []}\n"
              "      - expect: {at: oot, values: []}\n");
  const auto done = etl_run({"test", "p.yaml", "gone.yaml"});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.out, IsEmpty());
  EXPECT_EQ(done.err,
            "gone.yaml: there is no such file or folder\n"
            "p.test.yaml:12:9: unknown step 'expct'; did you mean 'expect'?\n"
            "p.test.yaml:13:22: there is no stage 'oot'; did you mean 'out'?\n"
            "etl-run: 3 errors\n");
}

TEST_F(Test, OptionsOfReplacedStagesAreCheckedAllTheSame) {
  dir_.write("p.yaml",
             "sources:\n  in: {plugin: file, paht: x}\nsinks: {out: {plugin: discard, from: in}}\n");
  write_tests(kHolds);
  const auto done = etl_run({"test", "p.yaml"});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.err, StartsWith("p.yaml:2:22: unknown option 'paht'"));
}

TEST_F(Test, APipelineThatHasItsTestsInItRunsAsEver) {
  dir_.write("in.txt", "a\n\nb\n");
  dir_.write("both.yaml", R"(
sources: {in: {plugin: file, path: in.txt}}
processes: {some: {plugin: filter, from: in, where: not blank}}
sinks: {out: {plugin: file, from: some, path: out.txt}}
discard: [some.unmatched]
tests:
  - name: nothing in it is replaced
    steps:
      - records: {into: in, values: ["${NOT_SET}"]}
      - expect: {at: out, values: ["${NOT_SET}"]}
)");
  EXPECT_THAT(etl_run({"test", "both.yaml"}).out, StartsWith("holds both.yaml: nothing in it is replaced"));
  EXPECT_EQ(etl_run({"check", "both.yaml"}).status.code, 0);
  EXPECT_EQ(etl_run({"both.yaml"}).status.code, 0);
  EXPECT_EQ(lines_of("out.txt"), (std::vector<std::string>{"a", "b"}));
}

TEST_F(Test, TheEnvironmentOfTheProcessIsNotSeen) {
  dir_.write("p.test.yaml", "tests:" + std::string(kHolds));
  const auto done = etl_run({"test", "p.yaml"}, {{"IN", "in.txt"}});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.err, HasSubstr("environment variable IN is not set"));
}

TEST_F(Test, FilesAreNeeded) {
  EXPECT_THAT(etl_run({"test"}).err,
              StartsWith("etl-run: the files or folders with tests are missing\nusage: etl-run test"));
  EXPECT_THAT(etl_run({"p.yaml", "--junit", "x"}).err,
              HasSubstr("option '--junit' is one of 'etl-run test' alone"));
  EXPECT_THAT(etl_run({"test", "--help"}).out, HasSubstr("--filter TEXT"));
}

}  // namespace
}  // namespace weir::test
