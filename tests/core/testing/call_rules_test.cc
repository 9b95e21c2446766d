// SPDX-License-Identifier: Apache-2.0
//
// How calls of a stage end, in all the ways that must make no difference.
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <string>

#include "steps_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

/// Process `half_way`: emits its record, and then fails with it.
class HalfWay final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("half_way").summary("Fails late.").port("out", Item::kRecords, "The records.");
  }
  explicit HalfWay(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override {
    out.emit(record);
    throw Failure("late", "after it had emitted");
  }
};

/// `process`: the stage `p`, with a port `error` that is read where `wired`.
std::string run(const std::string& process, bool wired, const std::string& steps,
                const std::string& discard = "") {
  return StepsRun("sources: {in: {plugin: script, values: [never]}}\nprocesses: {p: {plugin: " + process +
                      ", from: in}}\nsinks:\n  out: {plugin: keep, from: p}\n" +
                      (wired ? "  bad: {plugin: keep, from: p.error}\n" : "") + discard,
                  {detail::Trampoline<HalfWay>::plugin(), detail::Trampoline<Typed>::plugin()})
      .run(steps, thorough_variations());
}

TEST(CallRules, WhatACallEmittedBeforeItFailedHasLeftAndItsRecordFailsOnce) {
  EXPECT_EQ(
      run("half_way", true,
          "  - records: {into: in, values: [a, b]}\n"
          "  - records: {into: in, partition: 1, values: [c]}\n"
          "  - expect: {at: out, values: [a, b, c]}\n"
          "  - expect: {at: bad, partial: true, records: [{value: a, code: late, attempts: 1}, {value: b, "
          "code: late, attempts: 1}, {value: c, code: late, attempts: 1}]}\n"
          "  - nothing_else\n"),
      "");
}

TEST(CallRules, AFailureStopsThePipelineWhereTheErrorPortIsNotWired) {
  EXPECT_EQ(run("half_way", false,
                "  - records: {into: in, values: [a]}\n"
                "  - stops: {stage: p, code: late, message: \"'p.error'\"}\n"),
            "");
  EXPECT_EQ(run("slow_mark", false,
                "  - fail: {stage: p, code: timeout, message: no reply within 30s}\n"
                "  - records: {into: in, values: [a]}\n"
                "  - stops: {stage: p, code: timeout, message: no reply within 30s}\n"
                "  - expect: {at: out, values: []}\n",
                "discard: [p.side]\n"),
            "");
}

TEST(CallRules, AnItemOfAnotherKindThanItsPortIsDeclaredForIsFoundWhereItLeaves) {
  EXPECT_EQ(
      run("typed", false,
          "  - records: {into: in, values: ['!a group']}\n"
          "  - stops: {stage: p, code: port_item, message: \"port 'out' is declared to carry records, but "
          "a group left by it\"}\n"
          "  - expect: {at: out, values: []}\n",
          "discard: [p.groups]\n"),
      "");
  EXPECT_EQ(
      run("typed", false,
          "  - records: {into: in, values: ['?a record']}\n"
          "  - stops: {stage: p, code: port_item, message: \"port 'groups' is declared to carry groups, "
          "but records left by it\"}\n",
          "discard: [p.groups]\n"),
      "");
}

TEST(CallRules, ARecordOfAnotherShapeThanItsPortIsDeclaredForIsFoundWhereItLeaves) {
  EXPECT_EQ(run("typed", false,
                "  - records: {into: in, values: [{age: 1}]}\n"
                "  - expect: {at: out, values: [{age: 1}]}\n"
                "  - records: {into: in, values: [{age: '2'}]}\n"
                "  - stops: {stage: p, code: port_schema, message: /age is a string; expected an integer}\n"
                "  - expect: {at: out, values: []}\n",
                "discard: [p.groups]\n"),
            "");
}

}  // namespace
}  // namespace weir::test
