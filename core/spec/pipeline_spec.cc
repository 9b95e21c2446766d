// SPDX-License-Identifier: Apache-2.0
#include "spec/pipeline_spec.h"

namespace weir {

const char* to_string(StageKind kind) {
  switch (kind) {
    case StageKind::kSource:
      return "source";
    case StageKind::kWindow:
      return "window";
    case StageKind::kProcess:
      return "process";
    case StageKind::kSink:
      break;
  }
  return "sink";
}

const StageSpec* PipelineSpec::find(const std::string& stage) const {
  for (const auto& candidate : stages) {
    if (candidate.name == stage) return &candidate;
  }
  return nullptr;
}

}  // namespace weir
