// SPDX-License-Identifier: Apache-2.0
//
// Inputs and keys that say nothing, or something else than was meant.
#include <gtest/gtest.h>

#include <string>

#include "spec/pipeline_reader.h"

namespace weir {
namespace {

std::string errors_of(const std::string& stage) {
  Diagnostics diagnostics;
  const Environment environment = [](const std::string&) { return std::nullopt; };
  parse_pipeline("sources: {in: {plugin: x}}\nprocesses:\n  p: {plugin: x, " + stage + "}\n", "p.yaml",
                 environment, diagnostics);
  return diagnostics.text();
}

TEST(InputErrors, BroadcastWithoutAnInputsNameSaysWhereItBelongs) {
  EXPECT_EQ(
      errors_of("from: {from: in, broadcast: true}"),
      "p.yaml:3:18: 'broadcast' stands at an input, and 'from' has here no input's name; expected from: "
      "{INPUT: "
      "{from: in, broadcast: true}} with the name of one of the stage's inputs; a stage without named inputs "
      "has none to broadcast: from: in\n");
  EXPECT_EQ(errors_of("from: {data: in, rules: {from: in.side, broadcast: true}}"), "");
  EXPECT_EQ(errors_of("from: {broadcast: in, from: in.side}"), "") << "an input may have that name";
}

TEST(InputErrors, AKeyThatNamesAFieldTwiceIsRefused) {
  EXPECT_EQ(errors_of("from: in, key: [a, b, a]"),
            "p.yaml:3:40: 'key' names 'a' twice, expected each field once\n");
  EXPECT_EQ(errors_of("from: in, key: [a, a.b, $key]"), "");
}

}  // namespace
}  // namespace weir
