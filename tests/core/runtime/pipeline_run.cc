// SPDX-License-Identifier: Apache-2.0
#include "pipeline_run.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

#include "keyed_stages.h"
#include "shared_stages.h"
#include "spec/pipeline_reader.h"
#include "test_stages.h"

namespace weir::test {
namespace {

class TestCatalog final : public PluginCatalog {
 public:
  explicit TestCatalog(std::vector<const weir_plugin*> more) : plugins_(std::move(more)) {
    plugins_.insert(plugins_.end(),
                    {detail::Trampoline<Script>::plugin(), detail::Trampoline<Marker>::plugin(),
                     detail::Trampoline<SlowMarker>::plugin(), detail::Trampoline<Keep>::plugin(),
                     detail::Trampoline<SlowKeep>::plugin(), detail::Trampoline<Pairs>::plugin(),
                     detail::Trampoline<Visits>::plugin(), detail::Trampoline<Rules>::plugin(),
                     detail::Trampoline<Typed>::plugin(), detail::Trampoline<SlowTyped>::plugin(),
                     detail::Trampoline<Shards>::plugin(), detail::Trampoline<Whose>::plugin(),
                     detail::Trampoline<Total>::plugin(), detail::Trampoline<Held>::plugin(),
                     detail::Trampoline<Joined>::plugin()});
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

PipelineRun::PipelineRun(const std::string& yaml, Ports ports) : PipelineRun(yaml, ports, {}, nullptr, {}) {}

PipelineRun::PipelineRun(const std::string& yaml, std::vector<const weir_plugin*> more, const Clock* clock,
                         const std::function<void(PipelineGraph&)>& adjust)
    : PipelineRun(yaml, Ports::kVerified, std::move(more), clock, adjust) {}

PipelineRun::PipelineRun(const std::string& yaml, Ports ports, std::vector<const weir_plugin*> more,
                         const Clock* clock, const std::function<void(PipelineGraph&)>& adjust)
    : log_(clock_, LogLevel::kError) {
  board().clear();
  TestCatalog catalog(std::move(more));
  Diagnostics diagnostics;
  auto spec = parse_pipeline(
      yaml, "test.yaml", [](const std::string&) { return std::nullopt; }, diagnostics);
  std::optional<PipelineGraph> graph;
  if (spec) graph = build_graph(*std::move(spec), catalog, log_, diagnostics);
  if (!graph) throw std::runtime_error(diagnostics.text());
  graph->verify_ports = ports == Ports::kVerified;
  if (adjust) adjust(*graph);
  job_ = std::make_unique<Job>(*std::move(graph), log_, clock != nullptr ? *clock : clock_);
}

PipelineRun::~PipelineRun() = default;

void PipelineRun::start() {
  const std::string problem = job_->start();
  if (!problem.empty()) throw std::runtime_error(problem);
}

std::optional<StopReason> PipelineRun::wait() {
  if (!job_->wait(std::chrono::seconds(30))) ADD_FAILURE() << "the pipeline did not end";
  return job_->failure();
}

}  // namespace weir::test
