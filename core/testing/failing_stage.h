// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include "testing/bench.h"

namespace weir {

/// A plugin whose next calls fail as scripted, and which otherwise is the real one.
class FailingStage {
 public:
  /// `real` and `script` outlive this, and this the instances that are made of `stage`, which is `real`'s.
  FailingStage(const weir_plugin& real, weir_stage* stage, Script& script);
  ~FailingStage();
  FailingStage(const FailingStage&) = delete;
  FailingStage& operator=(const FailingStage&) = delete;

  /// To be used in the place of the real one.
  const weir_plugin& plugin() const { return plugin_; }

 private:
  static weir_instance* create(weir_stage* stage, weir_context* context);
  static void destroy(weir_instance* instance);
  static weir_status process(weir_instance* instance, weir_context* context, const weir_batch* batch);
  static weir_status process_group(weir_instance* instance, weir_context* context, const weir_group* group);

  /// Whether this call is one that fails; then it has been told to the context.
  bool fails(weir_context* context, weir_status& status);

  const weir_plugin& real_;
  weir_stage* const stage_;
  Script& script_;
  weir_plugin plugin_;
};

}  // namespace weir
