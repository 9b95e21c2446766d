// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <memory>
#include <string>

#include "graph/pipeline_graph.h"
#include "graph/port_schema.h"

namespace weir {

class TaskControl;

/// Compares what leaves by a port with what its plugin declares of it. What does not fit stops the task. Used
/// by the task's thread.
class PortCheck {
 public:
  /// All three outlive the check.
  PortCheck(TaskControl& task, const std::string& stage, const GraphPort& port);

  /// Whether it may leave; when not, the task has been told to stop.
  bool passes(const weir_record* records, std::size_t count);
  bool passes(const weir_group& group);

 private:
  bool is_declared(weir_item item);
  bool fits(const weir_record* records, std::size_t count);

  TaskControl& task_;
  const std::string& stage_;
  const GraphPort& port_;
  std::unique_ptr<PortSchema> schema_;  // null: the port has none
};

}  // namespace weir
