// SPDX-License-Identifier: Apache-2.0
//
// What is still under way when the sources have ended.
#include <gmock/gmock.h>
#include <weir/plugin.h>
#include <weir/process.h>

#include <chrono>
#include <string>
#include <vector>

#include "ways.h"

namespace weir::test {
namespace {

using ::testing::IsSupersetOf;

/// Asks as often as its record says, with a wait before each try but the first; "never" fails the third time.
class Patient final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("patient").summary("Tries again.").port("out", Item::kRecords, "Answers.").blocks().concurrent();
  }
  explicit Patient(const Options&) {}
  void process(const Record& record, Context& out) override {
    const int tries = record.bytes() == "never" ? 3 : std::stoi(std::string(record.bytes()));
    for (int i = 1; i < tries; ++i) {
      if (!out.sleep(std::chrono::milliseconds(2))) throw Stop("aborted", "interrupted");
    }
    if (record.bytes() == "never") throw Failure("no_reply", "three times");
    out.emit(record);
  }
};

TEST(EndOfInput, RetriesThatWaitAreMadeBeforeThePipelineEnds) {
  const std::vector<std::string> values = {"1", "9", "never", "2"};
  const std::string stages =
      "processes: {ask: {plugin: patient, from: in, concurrency: 4}}\n"
      "sinks: {out: {plugin: keep, from: ask}, out_failed: {plugin: keep, from: ask.error}}\n";
  for (const Way& way : ways_with_restarts(values.size())) {
    EXPECT_THAT(noted_in(way, values, stages, "out", {detail::Trampoline<Patient>::plugin()}),
                IsSupersetOf({" got 1", " got 9", " got 2", "_failed got never (ask.error no_reply 1)"}))
        << way;
  }
}

}  // namespace
}  // namespace weir::test
