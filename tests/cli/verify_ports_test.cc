// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <string>

#include "etl_run.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;

class VerifyPorts : public EtlRun {
 protected:
  VerifyPorts() {
    dir_.write("p.yaml", R"(
pipeline: census
sources: {people: {plugin: file, path: people.ndjson}}
processes: {ages: {plugin: ages, from: people}}
sinks: {out: {plugin: file, from: ages, path: out.ndjson}}
)");
    dir_.write("people.ndjson", "{\"age\": 40}\n{\"age\": \"three\"}\n");
  }
};

TEST_F(VerifyPorts, TheFirstRecordThatDoesNotFitEndsTheRunWithItsOrigin) {
  const auto done = etl_run({"--verify-ports", "--plugin-dir", WEIR_CLI_PLUGINS, "p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, HasSubstr("pipeline 'census' failed: stage 'ages': the record people["));
  EXPECT_THAT(done.err,
              HasSubstr("people.ndjson@2], which left by port 'out', does not fit the port's JSON Schema: "
                        "/age is a string; expected an integer (port_schema)"));
}

TEST_F(VerifyPorts, WithoutTheOptionNothingIsCompared) {
  const auto done = etl_run({"--plugin-dir", WEIR_CLI_PLUGINS, "p.yaml"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_EQ(lines_of("out.ndjson").size(), 2u);
}

}  // namespace
}  // namespace weir::test
