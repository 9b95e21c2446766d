// SPDX-License-Identifier: Apache-2.0
#include "testing/report.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

using std::chrono::milliseconds;

const TestResult kHolds{"a.test.yaml", "one <holds>", std::nullopt, {"a line"}, milliseconds(2)};
const TestResult kFails{"b.test.yaml",
                        "two",
                        Diagnostic{{"b.test.yaml", 3, 9}, "x differs:\n  - \"a\" & 'b'\n"},
                        {"a line\x1b"},
                        milliseconds(1)};

TEST(Report, ATestThatHoldsIsOneLine) {
  EXPECT_EQ(result_text(kHolds), "holds a.test.yaml: one <holds> (2 ms)\n");
}

TEST(Report, ATestThatDoesNotHoldSaysWhereAndWhy) {
  EXPECT_EQ(result_text(kFails),
            "FAILS b.test.yaml: two (1 ms)\n"
            "b.test.yaml:3:9: x differs:\n"
            "  - \"a\" & 'b'\n"
            "  log: a line\x1b\n");
}

TEST(Report, InWhichWayTheStepsWereRunIsTold) {
  TestResult result = kFails;
  result.log.clear();
  result.variation = "1 record at once";
  EXPECT_EQ(result_text(result),
            "FAILS b.test.yaml: two (1 ms)\n"
            "b.test.yaml:3:9: x differs:\n"
            "  - \"a\" & 'b'\n"
            "run with 1 record at once\n");
}

TEST(Report, ANoteStandsBehindTheResult) {
  TestResult result = kHolds;
  result.note = "in one task alone";
  EXPECT_EQ(result_text(result), "holds a.test.yaml: one <holds> (2 ms; in one task alone)\n");
  EXPECT_NE(junit_text({result}).find("time=\"0.002000\">\n      <system-out>in one task alone</system-out>\n"
                                      "    </testcase>\n"),
            std::string::npos);
}

TEST(Report, TheClosingLineCounts) {
  EXPECT_EQ(closing_line({kHolds}), "1 test, all hold (2 ms)\n");
  EXPECT_EQ(closing_line({kHolds, kFails}), "2 tests, 1 does not hold (3 ms)\n");
  EXPECT_EQ(closing_line({kFails, kFails}), "2 tests, 2 do not hold (2 ms)\n");
}

TEST(Report, JunitHasASuiteForEachFile) {
  EXPECT_EQ(junit_text({kHolds, kFails}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites>\n"
            "  <testsuite name=\"a.test.yaml\" tests=\"1\" failures=\"0\" errors=\"0\" time=\"0.002000\">\n"
            "    <testcase classname=\"a.test.yaml\" name=\"one &lt;holds&gt;\" time=\"0.002000\"/>\n"
            "  </testsuite>\n"
            "  <testsuite name=\"b.test.yaml\" tests=\"1\" failures=\"1\" errors=\"0\" time=\"0.001000\">\n"
            "    <testcase classname=\"b.test.yaml\" name=\"two\" time=\"0.001000\">\n"
            "      <failure message=\"b.test.yaml:3:9: x differs:\">b.test.yaml:3:9: x differs:&#10;  - "
            "&quot;a&quot; "
            "&amp; 'b'&#10;</failure>\n"
            "      <system-err>a line?&#10;</system-err>\n"
            "    </testcase>\n"
            "  </testsuite>\n"
            "</testsuites>\n");
}

}  // namespace
}  // namespace weir
