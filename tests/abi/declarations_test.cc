// SPDX-License-Identifier: Apache-2.0
//
// What the plugins of this tree say of themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "plugin/library.h"
#include "plugin/options_binding.h"
#include "plugin/registry.h"
#include "spec/node.h"

namespace weir {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string label_of(const weir_plugin& plugin) {
  return std::string(kind_name(plugin.kind)) + " " + plugin.name;
}

std::vector<const weir_plugin*> plugins_of_the_tree() {
  PluginRegistry registry({WEIR_BUILD_DIR "/lib/weir/plugins"});
  std::vector<std::string> problems;
  auto plugins = registry.all(problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_FALSE(plugins.empty());
  return plugins;
}

/// Each option of the list and of the objects in it.
template <class F>
void each_list(const weir_option* const* options, const std::string& name, F&& f) {
  f(options, name);
  for (; *options != nullptr; ++options) {
    if ((*options)->fields != nullptr) each_list((*options)->fields, name + " " + (*options)->name, f);
  }
}

TEST(Declarations, EveryPluginSaysWhatItDoesAndShowsAnExample) {
  for (const auto* plugin : plugins_of_the_tree()) {
    const std::string summary = plugin->summary;
    EXPECT_GE(summary.size(), 10u) << label_of(*plugin);
    EXPECT_EQ(summary.find('\n'), std::string::npos) << label_of(*plugin);
    EXPECT_EQ(summary.back(), '.') << label_of(*plugin);
    EXPECT_NE(std::string(plugin->example).find("plugin: " + std::string(plugin->name)), std::string::npos)
        << label_of(*plugin);
  }
}

TEST(Declarations, OptionsHaveHelpAndNamesOfTheirOwn) {
  for (const auto* plugin : plugins_of_the_tree()) {
    each_list(plugin->options, label_of(*plugin),
              [](const weir_option* const* options, const std::string& of) {
                std::set<std::string> names;
                for (; *options != nullptr; ++options) {
                  const std::string name = (*options)->name;
                  EXPECT_TRUE(names.insert(name).second) << of << " has " << name << " twice";
                  EXPECT_NE((*options)->help, nullptr) << of << " " << name;
                  EXPECT_GE(std::string((*options)->help).size(), 10u) << of << " " << name;
                  EXPECT_FALSE((*options)->required != 0 && (*options)->default_value != nullptr)
                      << of << " " << name << " is required, so its default never counts";
                }
              });
  }
}

TEST(Declarations, OptionsDoNotTakeTheNamesThatEveryStageHas) {
  const std::set<std::string> of_stages{"plugin", "from", "concurrency", "order", "queue", "error"};
  for (const auto* plugin : plugins_of_the_tree()) {
    for (const auto* const* option = plugin->options; *option != nullptr; ++option) {
      EXPECT_FALSE(of_stages.contains((*option)->name)) << label_of(*plugin) << " " << (*option)->name;
    }
  }
}

TEST(Declarations, PortsHaveHelpAndNamesOfTheirOwn) {
  for (const auto* plugin : plugins_of_the_tree()) {
    std::set<std::string> names;
    for (const auto* const* port = plugin->ports; *port != nullptr; ++port) {
      EXPECT_TRUE(names.insert((*port)->name).second) << label_of(*plugin) << " " << (*port)->name;
      ASSERT_NE((*port)->help, nullptr) << label_of(*plugin) << " " << (*port)->name;
      EXPECT_GE(std::string((*port)->help).size(), 5u) << label_of(*plugin) << " " << (*port)->name;
    }
    if (plugin->kind != WEIR_SINK && plugin->stage_ports == nullptr) {
      EXPECT_FALSE(names.empty()) << label_of(*plugin) << " has no output";
    }
  }
}

TEST(Declarations, DefaultsAreValid) {
  Node nothing;
  nothing.kind = Node::Kind::kMap;
  for (const auto* plugin : plugins_of_the_tree()) {
    each_list(plugin->options, label_of(*plugin),
              [&](const weir_option* const* options, const std::string& of) {
                Diagnostics diagnostics;
                bind_options(nothing, options, of, diagnostics);
                for (const auto& problem : diagnostics.all()) {
                  EXPECT_THAT(problem.message, StartsWith("required option '")) << of;
                }
              });
  }
}

}  // namespace
}  // namespace weir
