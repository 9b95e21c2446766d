// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <memory>
#include <string>

#include "base/log.h"
#include "plugin/open_stage.h"
#include "testing/bench.h"
#include "testing/conductor.h"

// Stages that stand in a graph under test, as plugins like any other. All run on the threads of tasks.

namespace weir {

/// A plugin and its opened stage, to be put into a GraphStage.
struct ReplacedStage {
  const weir_plugin* plugin = nullptr;
  std::shared_ptr<OpenStage> open;
};

/// A source that gives what is fed. Parts and log outlive the stage, here and below.
ReplacedStage fed_source(SourceFeed& feed, const std::string& name, Log& log);
/// A process, window or sink that answers as scripted.
ReplacedStage scripted_stage(weir_kind kind, Script& script, const std::string& name, Log& log);
/// Keeps what comes.
ReplacedStage tap(Seen& seen, const std::string& name, Log& log);
/// A source that gives nothing and asks the conductor whether to go on. Polled last, so that then all is at
/// rest.
ReplacedStage conducted_source(Conductor& conductor, const std::string& name, Log& log);

}  // namespace weir
