// SPDX-License-Identifier: Apache-2.0
#include "runtime/port_check.h"

#include <weir/record.h>

#include "runtime/stage_node.h"

namespace weir {

PortCheck::PortCheck(TaskControl& task, const std::string& stage, const GraphPort& port)
    : task_(task), stage_(stage), port_(port) {
  if (!port.schema.empty()) schema_ = std::make_unique<PortSchema>(port.schema);
}

bool PortCheck::passes(const weir_record* records, std::size_t count) {
  return is_declared(WEIR_RECORDS) && fits(records, count);
}

bool PortCheck::passes(const weir_group& group) {
  return is_declared(WEIR_GROUPS) && fits(group.records, group.count);
}

bool PortCheck::is_declared(weir_item item) {
  if (port_.item == item) return true;
  const char* const found = item == WEIR_GROUPS ? "a group" : "records";
  const char* const declared = item == WEIR_GROUPS ? "records" : "groups";
  task_.stop_for(
      {stage_, "port_item",
       "port '" + port_.name + "' is declared to carry " + declared + ", but " + found + " left by it"});
  return false;
}

bool PortCheck::fits(const weir_record* records, std::size_t count) {
  if (schema_ == nullptr) return true;
  for (std::size_t i = 0; i < count; ++i) {
    const Record record(records[i]);
    const auto wrong = record.has_value() ? schema_->mismatch(record.bytes())
                                          : std::optional<std::string>("there is no value (a tombstone)");
    if (!wrong) continue;
    task_.stop_for({stage_, "port_schema",
                    "the record " + describe_origin(record) + ", which left by port '" + port_.name +
                        "', does not fit the port's JSON Schema: " + *wrong});
    return false;
  }
  return true;
}

}  // namespace weir
