// SPDX-License-Identifier: Apache-2.0
#include "cases.h"
#include "contest.h"
#include "windows_run.h"

namespace weir::bench {
namespace {

void hold(const std::string& name, const WindowJob& job, const Settings& settings) {
  WindowRun run(job, settings.scale);
  bench::hold({name, run.records(), [&] { return run.weir(); }, [&] { return run.limit(); }}, settings.runs);
}

}  // namespace

void tumbling_case(const Settings& settings) {
  hold("sums of 1,000,000 keys in two tumbling windows", {"tumbling", 10e6, 1'000'000, 7'200'000}, settings);
}

void sliding_case(const Settings& settings) {
  hold("sums of 10,000 keys in windows of 60 slides", {"sliding", 5e6, 10'000, 7'200'000}, settings);
}

void session_case(const Settings& settings) {
  hold("sums of 100,000 keys in sessions", {"session", 5e6, 100'000, 600'000}, settings);
}

}  // namespace weir::bench
