// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/log.h"

namespace weir {

/// A stage of the file whose options its plugin has accepted: the plugin's open() and close() as an object.
/// Nothing outside the process has been touched yet.
class OpenStage {
 public:
  /// What the plugin says is wrong with an option: JSON pointer into the options, and the message.
  struct Problem {
    std::string pointer;
    std::string message;
  };

  /// Null when the plugin refuses; then `problems` has the reasons. `log` outlives the stage.
  static std::unique_ptr<OpenStage> open(const weir_plugin& plugin, std::string pipeline, std::string stage,
                                         const nlohmann::json& options, Log& log,
                                         std::vector<Problem>& problems);
  OpenStage(const OpenStage&) = delete;
  OpenStage& operator=(const OpenStage&) = delete;
  ~OpenStage();

  const weir_plugin& plugin() const { return plugin_; }
  /// For create() of the plugin. Thread-safe as the plugin's shared data is.
  weir_stage* get() const { return stage_; }
  /// Its ports in the order of their numbers, without `error`.
  std::vector<const weir_port*> ports() const;
  /// The JSON Schema of what that input takes; empty: any.
  std::string takes(std::uint32_t input) const;
  /// Empty, or why the stage cannot take part in checkpoints so; see weir_plugin::stage_refuses.
  std::string refuses(std::uint32_t transactions, std::uint32_t instances) const;

  /// While there are no instances, one thread. Each returns an empty string, or what went wrong.
  /// Takes over the checkpoints that the stage keeps, and adds them to `saved`, by name.
  std::string load(std::map<std::string, std::string>& saved) const;
  /// Commits these prepared transactions, and takes back all others of the stage.
  std::string recover(const std::vector<std::string>& transactions) const;

  /// State by partition, see weir_plugin::stage_claim and what follows it: also while there are instances,
  /// one call at a time. Each returns an empty string, or what went wrong; what is found is added to `saved`.
  std::string claim(const std::string& name, int task, std::uint64_t& term,
                    std::map<std::string, std::string>& saved) const;
  /// `name` null: the names of all.
  std::string look(const std::string* name, std::map<std::string, std::string>& saved) const;
  std::string save(const weir_checkpoint& units) const;

 private:
  class OpenContext;

  explicit OpenStage(const weir_plugin& plugin);
  const weir_port* const* port_list() const;
  template <class Call>
  std::string reported(Call&& call) const;

  const weir_plugin& plugin_;
  std::unique_ptr<OpenContext> context_;
  weir_stage* stage_ = nullptr;
};

}  // namespace weir
