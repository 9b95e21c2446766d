// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/diagnostics.h"
#include "spec/pipeline_spec.h"
#include "testing/sample.h"

// Test files as data, as they stand in the file. What the names in them mean is known only beside a graph:
// see name_check.h.

namespace weir {

/// A record as a step writes it: to be fed, to be expected, or part of an answer. What is not written is not
/// set.
struct WrittenRecord {
  Mark mark;
  std::optional<nlohmann::json> value;  ///< null: none; a text: these bytes; anything else: JSON
  std::optional<std::optional<std::string>> key;
  std::optional<SampleHeaders> headers;
  std::optional<std::int64_t> time;  ///< WEIR_NO_TIME: none
  std::optional<std::string> code, message, origin;
  std::optional<std::int64_t> attempts, partition, position;
  std::optional<std::size_t> input;  ///< answers: made from this record of the call, counted from 1
};

struct WrittenGroup {
  Mark mark;
  std::optional<std::optional<std::string>> key;
  std::optional<std::int64_t> start, end;
  std::vector<WrittenRecord> records;
  bool values_only = false;
};

/// `values:`, `records:` or `groups:`.
struct WrittenItems {
  std::vector<WrittenRecord> records;
  std::vector<WrittenGroup> groups;
  bool grouped = false;      ///< `groups:` it is
  bool values_only = false;  ///< `values:` it is: an expectation compares nothing else
};

/// `records:`: into a source, or into the input of another stage.
struct FeedStep {
  PortRef into;
  std::int32_t partition = 0;
  WrittenItems items;
};

/// `clock:`: processing time moves.
struct ClockStep {
  std::optional<std::chrono::milliseconds> by;  ///< otherwise it becomes `to`
  std::int64_t to = 0;
};

/// `watermark:` or, without a time, `idle:`.
struct EventTimeStep {
  PortRef into;
  std::optional<std::int64_t> partition;
  std::optional<std::int64_t> watermark;
};

/// `restart:`: a checkpoint, then all is taken down and started again from it. `restart: crash`: without the
/// checkpoint.
struct RestartStep {
  bool crash = false;
  std::chrono::milliseconds after{0};  ///< so much later it starts again
};

/// One answer of a stage that is not the real one.
struct ScriptedCall {
  struct Failure {
    std::string code, message;
    bool stop = false;  ///< the stage says that it cannot go on
  };
  struct Output {
    PortRef port;
    std::vector<WrittenRecord> records;
  };
  std::optional<Failure> failure;
  std::vector<Output> outputs;
};

/// `answer:` and `fail:`.
struct AnswerStep {
  PortRef stage;
  std::vector<ScriptedCall> calls;
};

/// `end:`: these sources have no more; none named: all.
struct EndStep {
  std::vector<PortRef> sources;
};

/// `expect:`: what has left there since it was last asked.
struct ExpectStep {
  PortRef at;
  WrittenItems items;
  bool any_order = false;
  bool partial = false;  ///< compares only what is written
};

/// `counters:`
struct CountersStep {
  struct Counter {
    PortRef name;  ///< stage and counter
    std::int64_t value = 0;
  };
  std::vector<Counter> counters;
};

/// `nothing_else:`
struct NothingElseStep {};

/// `stops:`: the pipeline has stopped, for this reason.
struct StopsStep {
  std::optional<PortRef> stage;
  std::optional<std::string> code, message;
};

struct Step {
  Mark mark;
  std::variant<FeedStep, ClockStep, EventTimeStep, RestartStep, AnswerStep, EndStep, ExpectStep, CountersStep,
               NothingElseStep, StopsStep>
      what;
};

struct TestCase {
  std::string name;
  Mark mark;
  std::map<std::string, std::string> env;  ///< the file's and the test's own
  std::vector<Step> steps;
};

struct TestFile {
  std::string path;
  std::string pipeline;  ///< path of the pipeline file
  Mark pipeline_mark;
  std::vector<TestCase> tests;
};

}  // namespace weir
