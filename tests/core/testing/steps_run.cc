// SPDX-License-Identifier: Apache-2.0
#include "steps_run.h"

#include <weir/plugin.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "keeper.h"
#include "keyed_stages.h"
#include "test_stages.h"
#include "testing/pipeline_test.h"
#include "testing/test_reader.h"

namespace weir::test {
namespace {

class Hold final : public Window {
 public:
  static void describe(Descriptor& d) {
    d.name("hold").summary("Holds for five seconds.").port("out", Item::kGroups, "What it held.");
  }
  explicit Hold(const Options&) {}
  void process(const Batch& batch, Context& out) override {
    for (std::size_t i = 0; i < batch.count; ++i) {
      if (out.list_append(batch.key(i), 0, batch.items().subspan(i, 1)) == 1)
        out.set_timer(out.now() + std::chrono::seconds(5), batch.key(i));
    }
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    const auto at = std::chrono::milliseconds(timer.time);
    out.list_emit(Port{0}, timer.key, 0, at - std::chrono::seconds(5), at);
  }
  void finish(Context& out) override { out.list_emit(Port{0}, kAbsent, 0, {}, out.now()); }
};

class EventHold final : public Window {
 public:
  static void describe(Descriptor& d) {
    d.name("event_hold")
        .summary("Tens of seconds of event time.")
        .port("out", Item::kGroups, "What it held.");
  }
  explicit EventHold(const Options&) {}
  void process(const Batch& batch, Context& out) override {
    for (std::size_t i = 0; i < batch.count; ++i) {
      const std::int64_t start = batch.records[i].event_time / kSize * kSize;
      out.list_append(kAbsent, start, batch.items().subspan(i, 1));
      out.set_event_timer(start + kSize - 1, kAbsent);
    }
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    const std::int64_t end = timer.time + 1;
    out.list_emit(Port{0}, kAbsent, end - kSize, std::chrono::milliseconds(end - kSize),
                  std::chrono::milliseconds(end));
  }

 private:
  static constexpr std::int64_t kSize = 10'000;
};

class TestCatalog final : public PluginCatalog {
 public:
  explicit TestCatalog(std::vector<const weir_plugin*> more) : plugins_(std::move(more)) {
    plugins_.insert(plugins_.end(),
                    {detail::Trampoline<Script>::plugin(), detail::Trampoline<Marker>::plugin(),
                     detail::Trampoline<SlowMarker>::plugin(), detail::Trampoline<Keep>::plugin(),
                     detail::Trampoline<Pairs>::plugin(), detail::Trampoline<Hold>::plugin(),
                     detail::Trampoline<EventHold>::plugin(), detail::Trampoline<Visits>::plugin(),
                     detail::Trampoline<Keeper>::plugin(), detail::Trampoline<Rules>::plugin()});
  }
  std::variant<const weir_plugin*, std::string> find(weir_kind kind, const std::string& name) override {
    for (const auto* plugin : plugins_) {
      if (plugin->kind == static_cast<std::uint32_t>(kind) && name == plugin->name) return plugin;
    }
    return "there is no plugin '" + name + "'";
  }

 private:
  std::vector<const weir_plugin*> plugins_;
};

}  // namespace

StepsRun::StepsRun(const std::string& pipeline, std::vector<const weir_plugin*> more)
    : more_(std::move(more)) {
  board().clear();
  dir_.write("p.yaml", pipeline);
}

TestResult StepsRun::result(const std::string& steps, const std::vector<Variation>& variations) {
  const auto path = dir_.write("p.test.yaml", "tests:\n- name: t\n  steps:\n" + steps);
  TestCatalog catalog(more_);
  Diagnostics diagnostics;
  const TestFile file = load_tests(path.string(), diagnostics);
  std::unique_ptr<PipelineTest> test;
  if (diagnostics.empty()) test = PipelineTest::prepare(file, file.tests.at(0), catalog, diagnostics);
  if (!diagnostics.empty()) throw std::runtime_error(without_path(diagnostics.text()));
  return test->run(variations);
}

std::string StepsRun::note(const std::string& steps) {
  const auto result = this->result(steps, thorough_variations());
  return result.failure ? "they do not hold" : result.note;
}

std::string StepsRun::run(const std::string& steps, const std::vector<Variation>& variations) {
  const auto result = this->result(steps, variations);
  if (!result.failure) return {};
  return without_path(to_string(result.failure->mark) + ": " + result.failure->message) + result.variation;
}

std::string StepsRun::errors(const std::string& steps) {
  const auto path = dir_.write("p.test.yaml", "tests:\n- name: t\n  steps:\n" + steps);
  TestCatalog catalog(more_);
  Diagnostics diagnostics;
  const TestFile file = load_tests(path.string(), diagnostics);
  for (const auto& test : file.tests) PipelineTest::prepare(file, test, catalog, diagnostics);
  return without_path(diagnostics.text());
}

std::string StepsRun::without_path(std::string text) const {
  const std::string path = (dir_ / "p.test.yaml:").string();
  for (auto at = text.find(path); at != std::string::npos; at = text.find(path)) text.erase(at, path.size());
  return text;
}

}  // namespace weir::test
