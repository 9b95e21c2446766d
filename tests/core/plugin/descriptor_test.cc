// SPDX-License-Identifier: Apache-2.0
//
// What the host asks of a descriptor before it uses it. Libraries that are bad as a whole: tests/abi.
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <string>
#include <vector>

#include "plugin/library.h"

namespace weir {
namespace {

class Sample final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("sample").summary("A sample.").port("out", Item::kRecords, "All.");
    d.option("mode", Type::kChoice, "How.").choices({"a", "b"});
  }
  explicit Sample(const Options&) {}
};

class DescriptorTest : public ::testing::Test {
 protected:
  /// What is said of the plugin with these ports in place of its own.
  std::string problem_with(PortList ports) {
    plugin_.ports = ports.freeze();
    return descriptor_problem(plugin_);
  }
  /// The same with another option beside `mode`.
  std::string problem_with(const weir_option& option) {
    const weir_option* const options[] = {plugin_.options[0], &option, nullptr};
    weir_plugin changed = plugin_;
    changed.options = options;
    return descriptor_problem(changed);
  }
  static weir_option option(const char* name, weir_option_type type = WEIR_STRING) {
    weir_option o{};
    o.size = sizeof o;
    o.type = type;
    o.name = name;
    o.help = "";
    return o;
  }

  weir_plugin plugin_ = *detail::Trampoline<Sample>::plugin();
};

TEST_F(DescriptorTest, OneThatIsAsItShouldBeHasNoProblem) {
  EXPECT_EQ(descriptor_problem(plugin_), "");
}

TEST_F(DescriptorTest, NamesHaveLowerCaseLettersDigitsAndUnderscores) {
  for (const char* name : {"", "Sample", "a b", "../sample"}) {
    plugin_.name = name;
    EXPECT_EQ(descriptor_problem(plugin_), "declares a plugin with the name '" + std::string(name) +
                                               "'; a name has lower-case letters, digits and '_'");
  }
  plugin_.name = nullptr;
  EXPECT_NE(descriptor_problem(plugin_), "");
}

TEST_F(DescriptorTest, TheKindMustBeKnown) {
  plugin_.kind = 9;
  EXPECT_EQ(descriptor_problem(plugin_), "declares the plugin 'sample' of unknown kind 9");
}

TEST_F(DescriptorTest, WhatItAcceptsItMustHaveFunctionsFor) {
  plugin_.process_group = nullptr;
  EXPECT_EQ(descriptor_problem(plugin_),
            "declares the plugin 'sample' that accepts groups without process_group");
  plugin_.accepts = WEIR_RECORDS;
  EXPECT_EQ(descriptor_problem(plugin_), "");
  plugin_.process = nullptr;
  EXPECT_EQ(descriptor_problem(plugin_), "declares the plugin 'sample' that accepts records without process");
  plugin_.accepts = 0;
  EXPECT_EQ(descriptor_problem(plugin_),
            "declares the plugin 'sample' that accepts neither records nor groups");
  plugin_.kind = WEIR_SOURCE;
  EXPECT_EQ(descriptor_problem(plugin_), "declares the plugin 'sample' without poll");
}

TEST_F(DescriptorTest, PortsHaveNamesThatAFileCanSay) {
  EXPECT_EQ(problem_with(PortList().add("out", Item::kRecords, "").add("out", Item::kRecords, "")),
            "declares the plugin 'sample' with the port 'out' twice");
  EXPECT_EQ(problem_with(PortList().add("out", Item::kRecords, "").add("out", Item::kGroups, "")),
            "declares the plugin 'sample' with the port 'out' twice");
  EXPECT_EQ(problem_with(PortList().add("error", Item::kRecords, "")),
            "declares the plugin 'sample' with a port named 'error', which every stage has built in");
  for (const char* name : {"", "a.b", "1st", "-a", "a b"}) {
    EXPECT_EQ(problem_with(PortList().add(name, Item::kRecords, "")),
              "declares the plugin 'sample' with a port named '" + std::string(name) +
                  "'; a name has letters, digits, '_' and '-' and begins with a letter or '_'");
  }
  EXPECT_EQ(problem_with(PortList().add("not-JSON_2", Item::kGroups, "")), "");
  plugin_.ports = nullptr;
  EXPECT_EQ(descriptor_problem(plugin_), "declares the plugin 'sample' without a list of ports");
}

TEST_F(DescriptorTest, ItemKindsOfPortsMustBeKnown) {
  EXPECT_EQ(problem_with(PortList().add("out", static_cast<Item>(3), "")),
            "declares the plugin 'sample' with the port 'out' of unknown item kind 3");
}

TEST_F(DescriptorTest, OptionsHaveNamesOfTheirOwn) {
  EXPECT_EQ(problem_with(option("mode")), "declares the plugin 'sample' with the option 'mode' twice");
  EXPECT_EQ(problem_with(option("")), "declares the plugin 'sample' with an option that has no name");
  EXPECT_EQ(problem_with(option(nullptr)), "declares the plugin 'sample' with an option that has no name");
  EXPECT_EQ(problem_with(option("more", WEIR_CHOICE)),
            "declares the plugin 'sample' with the option 'more' without choices");
  EXPECT_EQ(problem_with(option("more")), "");
}

TEST_F(DescriptorTest, FieldsOfObjectsAreLookedAtToo) {
  const weir_option user = option("user");
  const weir_option* twice[] = {&user, &user, nullptr};
  weir_option login = option("login", WEIR_OBJECT);
  login.fields = twice;
  EXPECT_EQ(problem_with(login), "declares the plugin 'sample' with the option 'login.user' twice");
  weir_option old = user;
  old.size = 16;
  const weir_option* short_one[] = {&old, nullptr};
  login.fields = short_one;
  EXPECT_EQ(problem_with(login),
            "declares the plugin 'sample' with an option struct of 16 bytes where this etl-run "
            "needs " +
                std::to_string(sizeof(weir_option)) + "; rebuild it against this version's headers");
}

}  // namespace
}  // namespace weir
