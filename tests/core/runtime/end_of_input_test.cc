// SPDX-License-Identifier: Apache-2.0
//
// What is still under way when the sources have ended.
#include <gmock/gmock.h>
#include <weir/plugin.h>
#include <weir/process.h>

#include <chrono>
#include <string>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;

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
  PipelineRun run(R"(
sources: {in: {plugin: script, values: ["1", "9", never, "2"]}}
processes: {ask: {plugin: patient, from: in, concurrency: 4}}
sinks: {out: {plugin: keep, from: ask}, failed: {plugin: keep, from: ask.error}}
)",
                  {detail::Trampoline<Patient>::plugin()});
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("1", "9", "2"));
  EXPECT_THAT(board().events("failed got "), ElementsAre("never (ask.error no_reply 1)"));
}

}  // namespace
}  // namespace weir::test
