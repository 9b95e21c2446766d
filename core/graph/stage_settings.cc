// SPDX-License-Identifier: Apache-2.0
#include "graph/stage_settings.h"

#include <weir/field_path.h>

#include <stdexcept>

#include "base/times.h"
#include "graph/port_schema.h"
#include "graph/quoted.h"

namespace weir {
namespace {

void check_path(const std::string& path, const Mark& mark, Diagnostics& diagnostics) {
  try {
    FieldPath::parse(path, "");
  } catch (const OptionError& e) {
    diagnostics.add(mark, e.what());
  }
}

void check_key(const StageSpec& spec, const weir_plugin& plugin, Diagnostics& diagnostics) {
  if (spec.key.empty()) return;
  if ((plugin.capabilities & WEIR_BLOCKS) != 0 || spec.concurrency > 1) {
    diagnostics.add(spec.key_mark, "'key' is for stages that keep state; the " +
                                       std::string(to_string(spec.kind)) + " " + in_quotes(spec.name) +
                                       " runs on workers, which have none");
  }
  for (const auto& path : spec.key) check_path(path, spec.key_mark, diagnostics);
}

void check_event_time(const StageSpec& spec, Diagnostics& diagnostics) {
  if (!spec.event_time) return;
  if (spec.event_time->field) check_path(*spec.event_time->field, spec.event_time->field_mark, diagnostics);
  const auto format = TimeFormat::parse(spec.event_time->format);
  if (!format.ok()) {
    diagnostics.add(spec.event_time->format_mark,
                    "'format' is " + in_quotes(spec.event_time->format) + ", " + format.message());
  }
  if (spec.event_time->field || spec.kind == StageKind::kSource) return;
  diagnostics.add(spec.event_time->mark, "'event_time' of the process " + in_quotes(spec.name) +
                                             " has no 'field', expected the path of the field with the time");
}

}  // namespace

void check_stage_settings(const StageSpec& spec, const weir_plugin& plugin, const std::string& label,
                          Diagnostics& diagnostics) {
  if (spec.concurrency > 1 && (plugin.capabilities & WEIR_CONCURRENT) == 0) {
    diagnostics.add(spec.concurrency_mark.value_or(spec.mark),
                    "the " + label + " cannot run with a concurrency of more than 1");
  }
  check_key(spec, plugin, diagnostics);
  check_event_time(spec, diagnostics);
}

bool check_schema(const Mark& mark, const std::string& whose, const std::string& schema,
                  Diagnostics& diagnostics) {
  try {
    const PortSchema checked(schema);
    return true;
  } catch (const std::invalid_argument& e) {
    diagnostics.add(mark, whose + ": the declared JSON Schema cannot be used: " + e.what());
    return false;
  }
}

}  // namespace weir
