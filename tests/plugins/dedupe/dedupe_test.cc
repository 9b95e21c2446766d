// SPDX-License-Identifier: Apache-2.0
#include "dedupe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::dedupe {
namespace {

using test::board;
using test::PipelineRun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The clock of a test, set by the records that pass the stage below.
class SetClock final : public Clock {
 public:
  std::int64_t now() const override { return now_; }
  void set(std::int64_t now) { now_ = now; }

 private:
  std::atomic<std::int64_t> now_{1'000'000};
};

SetClock& the_clock() {
  static SetClock clock;
  return clock;
}

/// Process `clock`: sets the clock to a record's `now` before the record goes on.
class ClockSetter final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("clock").summary("Sets the clock.").port("out", Item::kRecords, "All.");
  }
  explicit ClockSetter(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override {
    the_clock().set(nlohmann::json::parse(record.bytes()).at("now"));
    out.emit(record);
  }
};

void run(const std::string& yaml) {
  PipelineRun pipeline(
      yaml, {detail::Trampoline<Dedupe>::plugin(), detail::Trampoline<ClockSetter>::plugin()}, &the_clock());
  const auto failure = pipeline.run();
  EXPECT_FALSE(failure) << failure->message;
}

/// `values` of {k, now}, with the stage's options.
void run_by_clock(const std::string& values, const std::string& options) {
  run("checkpoint: {store: none}\nsources: {in: {plugin: script, each: 1, values: [" + values + R"(]}}
processes:
  clock: {plugin: clock, from: in}
  once: {plugin: dedupe, from: clock, key: k, )" +
      options + R"(}
sinks:
  out: {plugin: keep, from: once}
  again: {plugin: keep, from: once.duplicate}
)");
}

/// `values` of {k, t}: the watermark is 1 ms before the latest t.
void run_by_event(const std::string& values, const std::string& out_of_orderness = "0ms") {
  run("checkpoint: {store: none}\nsources: {in: {plugin: script, each: 1, event_time: {field: t, "
      "max_out_of_orderness: " +
      out_of_orderness + "}, values: [" + values + R"(]}}
processes: {once: {plugin: dedupe, from: in, key: k, within: 10ms, time: event}}
sinks:
  out: {plugin: keep, from: once}
  again: {plugin: keep, from: once.duplicate}
  late: {plugin: keep, from: once.late}
)");
}

TEST(Dedupe, TheFirstOfAKeyPassesAndLaterOnesLeaveByDuplicate) {
  run_by_clock(R"('{"k":"a","now":1}', '{"k":"b","now":2}', '{"k":"a","now":3}', '{"k":"a","now":4}')",
               "within: 1h");
  EXPECT_THAT(board().events("out got "), ElementsAre(R"({"k":"a","now":1})", R"({"k":"b","now":2})"));
  EXPECT_THAT(board().events("again got "), ElementsAre(R"({"k":"a","now":3})", R"({"k":"a","now":4})"));
}

TEST(Dedupe, AfterTheTimeAKeyPassesAgain) {
  run_by_clock(R"('{"k":"a","now":1}', '{"k":"a","now":10}', '{"k":"a","now":11}', '{"k":"a","now":20}')",
               "within: 10ms");
  EXPECT_THAT(board().events("out got "), ElementsAre(R"({"k":"a","now":1})", R"({"k":"a","now":11})"));
}

TEST(Dedupe, WithRenewAKeyPassesAgainOnlyAfterItWasSilent) {
  run_by_clock(R"('{"k":"a","now":1}', '{"k":"a","now":10}', '{"k":"a","now":19}', '{"k":"a","now":29}')",
               "within: 10ms, renew: true");
  EXPECT_THAT(board().events("out got "), ElementsAre(R"({"k":"a","now":1})", R"({"k":"a","now":29})"));
}

TEST(Dedupe, InEventTimeThoseThatPassAreTheTimeApart) {
  run_by_event(
      R"('{"k":"a","t":100}', '{"k":"a","t":109}', '{"k":"a","t":110}', '{"k":"b","t":111}', '{"k":"a","t":119}',
                  '{"k":"a","t":120}')");
  EXPECT_THAT(board().events("out got "), ElementsAre(R"({"k":"a","t":100})", R"({"k":"a","t":110})",
                                                      R"({"k":"b","t":111})", R"({"k":"a","t":120})"));
  EXPECT_THAT(board().events("again got "), ElementsAre(R"({"k":"a","t":109})", R"({"k":"a","t":119})"));
}

TEST(Dedupe, ARecordOutOfOrderIsADuplicateOfALaterOne) {
  run_by_event(R"('{"k":"a","t":100}', '{"k":"a","t":91}', '{"k":"a","t":90}', '{"k":"a","t":81}')", "50ms");
  EXPECT_THAT(board().events("out got "), ElementsAre(R"({"k":"a","t":100})", R"({"k":"a","t":90})"));
  EXPECT_THAT(board().events("again got "), ElementsAre(R"({"k":"a","t":91})", R"({"k":"a","t":81})"));
}

TEST(Dedupe, WhatIsTooLateToBeJudgedLeavesByLateAndKnownDuplicatesDoNot) {
  // The watermark is 199 when the later ones come: 189 + 10 has passed, 190 + 10 has not.
  run_by_event(
      R"('{"k":"a","t":180}', '{"k":"z","t":200}', '{"k":"a","t":185}', '{"k":"b","t":189}', '{"k":"b","t":190}')");
  EXPECT_THAT(board().events("again got "), ElementsAre(R"({"k":"a","t":185})"));
  EXPECT_THAT(board().events("late got "), ElementsAre(R"({"k":"b","t":189})"));
  EXPECT_THAT(board().events("out got "),
              ElementsAre(R"({"k":"a","t":180})", R"({"k":"z","t":200})", R"({"k":"b","t":190})"));
}

TEST(Dedupe, WhatIsForgottenIsLateAndNoFirstRecord) {
  run_by_event(R"('{"k":"a","t":100}', '{"k":"z","t":122}', '{"k":"a","t":100}')");
  EXPECT_THAT(board().events("late got "), ElementsAre(R"({"k":"a","t":100})"));
  EXPECT_THAT(board().events("again got "), IsEmpty());
}

TEST(Dedupe, ARecordWithoutATimeFailsInEventTime) {
  PipelineRun pipeline(R"(
checkpoint: {store: none}
sources:
  in: {plugin: script, values: ['{"k":"a"}']}
  timed: {plugin: script, values: [], event_time: t}
processes: {once: {plugin: dedupe, from: [in, timed], key: k, within: 10ms, time: event}}
sinks: {out: {plugin: keep, from: [once, once.duplicate, once.late]}}
)",
                       {detail::Trampoline<Dedupe>::plugin()});
  const auto failure = pipeline.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "no_time");
}

TEST(Dedupe, RenewInEventTimeIsRefused) {
  try {
    PipelineRun pipeline(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: []}}
processes: {once: {plugin: dedupe, from: in, key: k, within: 10ms, time: event, renew: true}}
sinks: {out: {plugin: keep, from: [once, once.duplicate, once.late]}}
)",
                         {detail::Trampoline<Dedupe>::plugin()});
    ADD_FAILURE() << "it was accepted";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("`renew` is for `time: processing`"));
  }
}

}  // namespace
}  // namespace weir::dedupe
