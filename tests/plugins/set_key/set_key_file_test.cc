// SPDX-License-Identifier: Apache-2.0
//
// Files in which a key can never be there.
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <stdexcept>
#include <string>

#include "join.h"
#include "pipeline_run.h"
#include "set_key.h"
#include "test_stages.h"

namespace weir::set_key {
namespace {

/// What is wrong with a file in which the pairs of a join get a key.
std::string problem(const std::string& set_key) {
  try {
    const test::PipelineRun run(
        R"(checkpoint: {store: none}
sources: {a: {plugin: script, event_time: t, values: []}, b: {plugin: script, event_time: t, values: []}}
processes:
  both: {plugin: join, from: {left: a, right: b}, key: id, size: 1h}
  keyed: {plugin: set_key, from: both, )" +
            set_key + R"(}
sinks: {out: {plugin: keep, from: keyed}}
discard: [both.late_left, both.late_right, both.unmatched_left, both.unmatched_right]
)",
        {detail::Trampoline<join::Join>::plugin(), detail::Trampoline<SetKey>::plugin()});
    return "";
  } catch (const std::runtime_error& e) {
    return e.what();
  }
}

TEST(SetKey, AFileInWhichTheKeyCanNeverBeThereIsRefused) {
  EXPECT_EQ(problem("field: left.id"), "");
  EXPECT_EQ(problem("field: $key"), "");
  EXPECT_EQ(problem("remove: true"), "");
  EXPECT_EQ(problem("field: [left.id, id]"),
            "test.yaml:5:34: nothing that port 'both.out' gives can be taken by stage 'keyed' (process "
            "'set_key'): by "
            "their declared schemas 'id' is never there, but required\n");
}

}  // namespace
}  // namespace weir::set_key
