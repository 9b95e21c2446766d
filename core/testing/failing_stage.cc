// SPDX-License-Identifier: Apache-2.0
#include "testing/failing_stage.h"

#include <weir/record.h>

#include <map>
#include <mutex>
#include <utility>
#include <variant>

#include "plugin/host.h"

namespace weir {
namespace {

/// Whose a stage or an instance is: the boundary hands on nothing else.
class Owners {
 public:
  void add(const void* part, FailingStage* owner) {
    const std::lock_guard lock(mutex_);
    owners_[part] = owner;
  }
  void remove(const void* part) {
    const std::lock_guard lock(mutex_);
    owners_.erase(part);
  }
  FailingStage& of(const void* part) {
    const std::lock_guard lock(mutex_);
    return *owners_.at(part);
  }

 private:
  std::mutex mutex_;
  std::map<const void*, FailingStage*> owners_;
};

Owners& owners() {
  static Owners all;
  return all;
}

}  // namespace

FailingStage::FailingStage(const weir_plugin& real, weir_stage* stage, Script& script)
    : real_(real), stage_(stage), script_(script), plugin_(real) {
  plugin_.create = create;
  plugin_.destroy = destroy;
  if (real.process != nullptr) plugin_.process = process;
  if (real.process_group != nullptr) plugin_.process_group = process_group;
  owners().add(stage_, this);
}

FailingStage::~FailingStage() {
  owners().remove(stage_);
}

weir_instance* FailingStage::create(weir_stage* stage, weir_context* context) {
  FailingStage& self = owners().of(stage);
  weir_instance* const instance = self.real_.create(stage, context);
  if (instance != nullptr) owners().add(instance, &self);
  return instance;
}

void FailingStage::destroy(weir_instance* instance) {
  const FailingStage& self = owners().of(instance);
  owners().remove(instance);
  self.real_.destroy(instance);
}

weir_status FailingStage::process(weir_instance* instance, weir_context* context, const weir_batch* batch) {
  FailingStage& self = owners().of(instance);
  weir_status status = WEIR_OK;
  return self.fails(context, status) ? status : self.real_.process(instance, context, batch);
}

weir_status FailingStage::process_group(weir_instance* instance, weir_context* context,
                                        const weir_group* group) {
  FailingStage& self = owners().of(instance);
  weir_status status = WEIR_OK;
  return self.fails(context, status) ? status : self.real_.process_group(instance, context, group);
}

bool FailingStage::fails(weir_context* context, weir_status& status) {
  if (script_.calls.empty()) return false;
  const auto failure = std::get<Script::Failure>(std::move(script_.calls.front()));
  script_.calls.pop_front();
  host_table().set_error(context, slice(failure.code), slice(failure.message));
  status = failure.stop ? WEIR_STOP : WEIR_FAILED;
  return true;
}

}  // namespace weir
