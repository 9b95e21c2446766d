// SPDX-License-Identifier: Apache-2.0
#include "spec/event_time_reader.h"

#include <weir/suggestion.h>

#include "base/units.h"
#include "base/utf8.h"
#include "spec/scalar.h"

namespace weir {
namespace {

void read_time(const Node::Entry& part, std::chrono::milliseconds& into, Diagnostics& diagnostics) {
  const auto value = read_scalar(part.value, part.key, parse_duration);
  if (value.ok()) {
    into = value.value();
  } else {
    diagnostics.add(part.value_mark(), value.message());
  }
}

bool read_text(const Node::Entry& part, const std::string& expected, std::string& into,
               Diagnostics& diagnostics) {
  if (part.value.kind == Node::Kind::kScalar && !part.value.text.empty()) {
    into = part.value.text;
    return true;
  }
  diagnostics.add(part.value_mark(), "'" + part.key + "' " + describe(part.value) + ", expected " + expected);
  return false;
}

void read_part(const Node::Entry& part, EventTimeSpec& spec, Diagnostics& diagnostics) {
  if (part.value.broken) return;
  std::string text;
  if (part.key == "field") {
    spec.field_mark = part.value_mark();
    if (read_text(part, "the path of a field", text, diagnostics)) spec.field = text;
  } else if (part.key == "format") {
    spec.format_mark = part.value_mark();
    if (read_text(part,
                  "auto, seconds, milliseconds, microseconds, iso8601 or a pattern such as %Y-%m-%d %H:%M:%S",
                  text, diagnostics)) {
      spec.format = text;
    }
  } else if (part.key == "max_out_of_orderness") {
    read_time(part, spec.max_out_of_orderness, diagnostics);
  } else if (part.key == "idle_after") {
    std::chrono::milliseconds idle_after{1};
    read_time(part, idle_after, diagnostics);
    if (idle_after.count() == 0) {
      diagnostics.add(part.value_mark(),
                      "'idle_after' " + describe(part.value) +
                          ", expected more than 0s, such as 1m; leave it out where a silent partition holds "
                          "event time back for ever");
    }
    spec.idle_after = idle_after;
  } else {
    diagnostics.add(part.mark,
                    "unknown key '" + printable(part.key) + "' of 'event_time'" +
                        suggestion(part.key, {"field", "format", "max_out_of_orderness", "idle_after"}));
  }
}

}  // namespace

std::optional<EventTimeSpec> read_event_time(const Node::Entry& entry, Diagnostics& diagnostics) {
  if (entry.value.broken) return std::nullopt;
  EventTimeSpec spec;
  spec.mark = spec.field_mark = spec.format_mark = entry.value_mark();
  if (entry.value.kind == Node::Kind::kScalar && !entry.value.text.empty()) {
    spec.field = entry.value.text;
    return spec;
  }
  if (entry.value.kind != Node::Kind::kMap) {
    diagnostics.add(entry.value_mark(), "'event_time' " + describe(entry.value) +
                                            ", expected the path of a field, or a map such as "
                                            "{field: at, max_out_of_orderness: 5s, idle_after: 1m}");
    return std::nullopt;
  }
  for (const auto& part : entry.value.entries) read_part(part, spec, diagnostics);
  return spec;
}

}  // namespace weir
