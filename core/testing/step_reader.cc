// SPDX-License-Identifier: Apache-2.0
#include "testing/step_reader.h"

#include <weir/suggestion.h>

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "base/numbers.h"
#include "base/times.h"
#include "base/units.h"
#include "base/utf8.h"
#include "spec/inputs_reader.h"
#include "testing/items_reader.h"
#include "testing/map_reader.h"

namespace weir {
namespace {

constexpr std::int64_t kMostPartition = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMostTimes = 100'000;

std::vector<std::string> with_item_keys(std::vector<std::string> keys) {
  keys.insert(keys.end(), kItemKeys.begin(), kItemKeys.end());
  return keys;
}

class StepReader {
 public:
  StepReader(const Node::Entry& entry, Diagnostics& diagnostics)
      : entry_(entry), label_("step '" + entry.key + "'"), diagnostics_(diagnostics) {}

  FeedStep feed() {
    const MapReader map = fields(with_item_keys({"into", "partition"}));
    FeedStep step;
    step.into = map.port("into").value_or(PortRef{});
    step.partition = static_cast<std::int32_t>(map.integer("partition", 0, kMostPartition).value_or(0));
    step.items = read_items(map, entry_.mark, label_, diagnostics_);
    for (const auto& record : step.items.records) refuse_input(record);
    return step;
  }

  ClockStep clock() {
    ClockStep step;
    const std::string& text = entry_.value.text;
    const bool scalar = entry_.value.kind == Node::Kind::kScalar;
    if (scalar && text.starts_with('+')) {
      const auto by = parse_duration(std::string_view(text).substr(1));
      if (by.ok()) return step.by = by.value(), step;
    } else if (scalar) {
      const auto to = parse_time(text);
      if (to.ok()) return step.to = to.value(), step;
    }
    expected("how far the clock moves, such as +5s, or a time such as 2026-11-22T18:00:00Z");
    return step;
  }

  EventTimeStep watermark() {
    const MapReader map = fields({"into", "partition", "time"});
    EventTimeStep step{map.port("into").value_or(PortRef{}), map.integer("partition", 0, kMostPartition),
                       map.time("time")};
    map.need("time", "the watermark");
    return step;
  }

  EventTimeStep idle() {
    const MapReader map = fields({"into", "partition"});
    return {map.port("into").value_or(PortRef{}), map.integer("partition", 0, kMostPartition), std::nullopt};
  }

  RestartStep restart() {
    if (entry_.value.kind == Node::Kind::kNull) return {};
    if (entry_.value.kind == Node::Kind::kScalar && entry_.value.text == "crash") return {true};
    if (entry_.value.kind != Node::Kind::kMap)
      return expected("nothing, crash or {after: 1h}"), RestartStep{};
    const MapReader map = fields({"crash", "after"});
    RestartStep step{map.boolean("crash").value_or(false)};
    if (const auto after = map.text("after")) {
      const auto time = parse_duration(*after);
      if (!time.ok()) map.report(*map.find("after"), "a duration such as 1h");
      if (time.ok()) step.after = time.value();
    }
    return step;
  }

  AnswerStep fail() {
    const MapReader map = fields({"stage", "code", "message", "times", "stop"});
    ScriptedCall call;
    call.failure = {map.text("code").value_or("failed"), map.text("message").value_or("as the test says"),
                    map.boolean("stop").value_or(false)};
    const auto times = static_cast<std::size_t>(map.integer("times", 1, kMostTimes).value_or(1));
    return {map.port("stage").value_or(PortRef{}), std::vector<ScriptedCall>(times, call)};
  }

  AnswerStep answer() {
    const MapReader map = fields({"stage", "calls"});
    AnswerStep step{map.port("stage").value_or(PortRef{}), {}};
    const auto* calls = map.need("calls", "a list of answers, one a call");
    if (calls == nullptr) return step;
    if (calls->value.kind != Node::Kind::kList) map.report(*calls, "a list of answers, one a call");
    for (const auto& call : calls->value.items) step.calls.push_back(scripted_call(call, step.stage.stage));
    return step;
  }

  EndStep end() {
    EndStep step;
    if (entry_.value.kind != Node::Kind::kNull) step.sources = read_port_refs(entry_, diagnostics_);
    return step;
  }

  ExpectStep expect() {
    const MapReader map = fields(with_item_keys({"at", "order", "partial"}));
    ExpectStep step;
    step.at = map.port("at").value_or(PortRef{});
    step.partial = map.boolean("partial").value_or(false);
    if (const auto* order = map.find("order")) {
      step.any_order = order->value.text == "any";
      if (!step.any_order && order->value.text != "same") map.report(*order, "same or any");
    }
    step.items = read_items(map, entry_.mark, label_, diagnostics_);
    for (const auto& record : step.items.records) refuse_input(record);
    return step;
  }

  CountersStep counters() {
    CountersStep step;
    if (entry_.value.kind != Node::Kind::kMap) expected("a map such as {users.in: 3}");
    for (const auto& counter : entry_.value.entries) {
      const auto name = parse_port_ref(counter.key, counter.mark);
      const auto value = parse_integer(counter.value.text);
      if (!name || counter.key.find('.') == std::string::npos) {
        diagnostics_.add(counter.mark,
                         "'" + printable(counter.key) + "' is no counter, expected stage.counter");
      } else if (!value.ok() || value.value() < 0) {
        diagnostics_.add(counter.value_mark(),
                         "'" + counter.key + "' " + describe(counter.value) + ", expected a count");
      } else {
        step.counters.push_back({*name, value.value()});
      }
    }
    return step;
  }

  NothingElseStep nothing_else() {
    if (entry_.value.kind != Node::Kind::kNull) expected("nothing");
    return {};
  }

  StopsStep stops() {
    if (entry_.value.kind == Node::Kind::kNull) return {};
    const MapReader map = fields({"stage", "code", "message"});
    StopsStep step{std::nullopt, map.text("code"), map.text("message")};
    if (map.find("stage") != nullptr) step.stage = map.port("stage");
    return step;
  }

 private:
  MapReader fields(const std::vector<std::string>& known) const {
    return {entry_.value, entry_.value_mark(), label_, known, diagnostics_};
  }

  void expected(const std::string& what) {
    diagnostics_.add(entry_.value_mark(), label_ + " " + describe(entry_.value) + ", expected " + what);
  }

  void refuse_input(const WrittenRecord& record) {
    if (record.input) diagnostics_.add(record.mark, "'input' has a meaning only in step 'answer'");
  }

  ScriptedCall scripted_call(const Node& node, const std::string& stage) {
    ScriptedCall call;
    if (node.kind != Node::Kind::kMap) {
      diagnostics_.add(node.mark,
                       "a call's answer " + describe(node) +
                           ", expected a map of ports to records, or {error: {code: C, message: M}}");
    }
    for (const auto& part : node.entries) {
      if (part.key == "error" && part.value.kind == Node::Kind::kMap) {
        const MapReader map(part.value, part.mark, "'error'", {"code", "message"}, diagnostics_);
        call.failure = {map.text("code").value_or("failed"), map.text("message").value_or("as the test says"),
                        false};
      } else {
        call.outputs.push_back({PortRef{stage, part.key, part.mark}, read_records(part, diagnostics_)});
      }
    }
    if (call.failure && !call.outputs.empty()) {
      diagnostics_.add(node.mark,
                       "a call that fails as a whole has no records; give {error: [...]} to fail some");
    }
    return call;
  }

  const Node::Entry& entry_;
  const std::string label_;
  Diagnostics& diagnostics_;
};

using Read = decltype(Step::what) (*)(StepReader&);

const std::map<std::string, Read>& readers() {
  static const std::map<std::string, Read> all{
      {"records", [](StepReader& r) -> decltype(Step::what) { return r.feed(); }},
      {"clock", [](StepReader& r) -> decltype(Step::what) { return r.clock(); }},
      {"watermark", [](StepReader& r) -> decltype(Step::what) { return r.watermark(); }},
      {"idle", [](StepReader& r) -> decltype(Step::what) { return r.idle(); }},
      {"restart", [](StepReader& r) -> decltype(Step::what) { return r.restart(); }},
      {"fail", [](StepReader& r) -> decltype(Step::what) { return r.fail(); }},
      {"answer", [](StepReader& r) -> decltype(Step::what) { return r.answer(); }},
      {"end", [](StepReader& r) -> decltype(Step::what) { return r.end(); }},
      {"expect", [](StepReader& r) -> decltype(Step::what) { return r.expect(); }},
      {"counters", [](StepReader& r) -> decltype(Step::what) { return r.counters(); }},
      {"nothing_else", [](StepReader& r) -> decltype(Step::what) { return r.nothing_else(); }},
      {"stops", [](StepReader& r) -> decltype(Step::what) { return r.stops(); }}};
  return all;
}

}  // namespace

std::optional<Step> read_step(const Node& node, Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const auto& [name, reader] : readers()) known.push_back(name);
  // A step without anything to say may stand as its bare name.
  Node::Entry entry{node.text, node.mark, {}};
  if (node.kind == Node::Kind::kMap && node.entries.size() == 1) {
    entry = node.entries.front();
  } else if (node.kind != Node::Kind::kScalar) {
    diagnostics.add(node.mark,
                    node.kind == Node::Kind::kMap
                        ? "a step has " + std::to_string(node.entries.size()) +
                              " keys, expected one; each step begins with its own '-'"
                        : "a step " + describe(node) + ", expected a map with one key such as records");
    return std::nullopt;
  }
  const auto reader = readers().find(entry.key);
  if (reader == readers().end()) {
    diagnostics.add(entry.mark, "unknown step '" + printable(entry.key) + "'" + suggestion(entry.key, known));
    return std::nullopt;
  }
  StepReader fields(entry, diagnostics);
  return Step{entry.mark, reader->second(fields)};
}

}  // namespace weir
