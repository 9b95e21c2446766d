// SPDX-License-Identifier: Apache-2.0
//
// A plugin's stage and its instance in a test's host. Included by testing.h.
#pragma once

#include <weir/abi.h>
#include <weir/testing_host.h>
#include <weir/testing_items.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::testing {

/// One stage with one instance, which can be taken down and opened again. Errors of the plugin are thrown as
/// PluginError.
class StageUnderTest {
 public:
  /// `options`: as the host hands them over.
  StageUnderTest(const weir_plugin& plugin, std::string options)
      : plugin_(plugin), options_(std::move(options)) {
    context_.place = {sizeof(weir_place),         0, 1, 0, 1, slice(context_.pipeline_name),
                      slice(context_.stage_name), 0, 0};
    open();
    const auto* ports = plugin.stage_ports != nullptr ? plugin.stage_ports(stage_) : plugin.ports;
    for (; *ports != nullptr; ++ports) context_.port_names.emplace_back((*ports)->name);
  }
  StageUnderTest(const StageUnderTest&) = delete;
  StageUnderTest& operator=(const StageUnderTest&) = delete;
  ~StageUnderTest() { take_down(); }

  void open_again() {
    take_down();
    open();
  }
  /// Takes the instance down, for `call` with the stage alone, and makes another one.
  template <class Call>
  void between_instances(Call&& call) {
    if (instance_ != nullptr) plugin_.destroy(std::exchange(instance_, nullptr));
    started_ = false;
    call(stage_);
    make_instance();
  }
  void start() {
    if (std::exchange(started_, true)) return;
    check(plugin_.start(instance_, &context_));
  }

  weir_context& context() { return context_; }
  weir_instance* instance() const { return instance_; }
  weir_stage* stage() const { return stage_; }

  /// 0 where the plugin names none.
  std::size_t input_count() const {
    std::size_t count = 0;
    while (plugin_.inputs != nullptr && plugin_.inputs[count] != nullptr) ++count;
    return count;
  }
  std::size_t input_of(const std::string& name) const {
    for (std::size_t i = 0; i < input_count(); ++i) {
      if (name == plugin_.inputs[i]->name) return i;
    }
    throw std::out_of_range("the plugin declares no input '" + name + "'");
  }
  /// Whether all tasks see what comes by that input.
  bool is_broadcast(std::size_t input) const {
    return input < input_count() && plugin_.inputs[input]->broadcast != 0;
  }

  void check(weir_status status) const {
    if (status < 0) fail_with(status);
  }
  [[noreturn]] void fail_with(weir_status status) const {
    throw PluginError(status, context_.error_code, context_.error_text);
  }

 private:
  void open() {
    stage_ = plugin_.open(&host(), &context_, slice(options_));
    if (stage_ == nullptr) {
      if (context_.problems.empty()) fail_with(WEIR_FAILED);
      throw PluginError(WEIR_FAILED, "option", context_.problems[0].second, context_.problems[0].first);
    }
    make_instance();
  }
  void make_instance() {
    instance_ = plugin_.create(stage_, &context_);
    if (instance_ != nullptr) return;
    plugin_.close(std::exchange(stage_, nullptr));
    fail_with(WEIR_FAILED);
  }
  void take_down() {
    if (instance_ != nullptr) plugin_.destroy(std::exchange(instance_, nullptr));
    if (stage_ != nullptr) plugin_.close(std::exchange(stage_, nullptr));
    started_ = false;
  }

  const weir_plugin& plugin_;
  const std::string options_;
  weir_context context_;
  weir_stage* stage_ = nullptr;
  weir_instance* instance_ = nullptr;
  bool started_ = false;
};

}  // namespace weir::testing
