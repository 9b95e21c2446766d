// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <string>

#include "base/diagnostics.h"
#include "spec/pipeline_spec.h"

namespace weir {

/// Checks what a stage says beside its plugin's options: `concurrency`, `key`, `event_time`. `label` names
/// the plugin for people.
void check_stage_settings(const StageSpec& spec, const weir_plugin& plugin, const std::string& label,
                          Diagnostics& diagnostics);

/// Whether a declared JSON Schema can be used; if not, it is told. `whose` names what declares it.
bool check_schema(const Mark& mark, const std::string& whose, const std::string& schema,
                  Diagnostics& diagnostics);

}  // namespace weir
