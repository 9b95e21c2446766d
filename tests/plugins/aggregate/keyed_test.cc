// SPDX-License-Identifier: Apache-2.0
//
// Groups with a key, as a window gives them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aggregate.h"
#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::aggregate {
namespace {

using ::testing::HasSubstr;

TEST(Aggregate, TheGroupsKeyStandsInTheResult) {
  test::PipelineRun run(R"(
sources: {in: {plugin: script, values: ['{"k":"a\"b","n":1}', '{"k":"c","n":2}', '{"k":"a\"b","n":3}']}}
windows: {pairs: {plugin: pairs, from: in, key: k, count: 2}}
processes: {sums: {plugin: aggregate, from: pairs, values: [{function: sum, field: n}]}}
sinks: {out: {plugin: keep, from: sums}}
)",
                        {detail::Trampoline<Aggregate>::plugin()});
  EXPECT_FALSE(run.run());
  const auto got = test::board().events("out got ");
  ASSERT_FALSE(got.empty());
  EXPECT_THAT(got[0], HasSubstr(R"({"key":"a\"b",)"));
  EXPECT_THAT(got[0], HasSubstr(R"("sum_n":4})"));
}

}  // namespace
}  // namespace weir::aggregate
