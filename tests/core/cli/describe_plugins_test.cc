// SPDX-License-Identifier: Apache-2.0
#include "cli/describe_plugins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/descriptor.h>

namespace weir {
namespace {

using ::testing::HasSubstr;

class DescribePlugins : public ::testing::Test {
 protected:
  DescribePlugins() {
    lookup_.name("lookup").version("2.1").summary("Asks a service about each group of ids.");
    lookup_.option("retry", Type::kObject, "What happens when the service is down.")
        .field("pause", Type::kDuration, "Between two attempts.")
        .default_value("1s")
        .at_least(1);
    lookup_.option("url", Type::kString, "Where the service is.").required();
    lookup_.option("secret", Type::kString, "The password.").secret();
    lookup_.option("quote", Type::kString, "").default_value("");
    lookup_.option("mode", Type::kChoice, "How ids are joined.")
        .choices({"comma", "json"})
        .default_value("comma");
    lookup_.port("out", Item::kRecords, "One record for each id.");
    lookup_.port("rejected", Item::kRecords, "Ids that the service refuses.");
    lookup_.concurrent().blocks().example("lookup:\n  plugin: lookup\n\n  url: http://x\n");
    table_[0] = lookup_.freeze();
    table_[0].kind = WEIR_PROCESS;
    table_[0].accepts = WEIR_RECORDS | WEIR_GROUPS;

    source_.name("file").summary("Reads lines.").port("out", Item::kRecords, "The lines.");
    table_[1] = source_.freeze();
    table_[1].kind = WEIR_SOURCE;

    sink_.name("file").summary("Writes lines.");
    table_[2] = sink_.freeze();
    table_[2].kind = WEIR_SINK;
    table_[2].accepts = WEIR_RECORDS;
  }

  std::string description(const std::string& name) {
    const auto text = plugin_description({&table_[0], &table_[1], &table_[2]}, name);
    return text.ok() ? text.value() : "error: " + text.message();
  }

  Descriptor lookup_, source_, sink_;
  weir_plugin table_[3];
};

TEST_F(DescribePlugins, AJsonSchemaIsShownWithItsPort) {
  Descriptor typed;
  typed.name("typed").port("out", Item::kRecords, "Ages.", "{\n  \"required\": [\"age\"]\n}");
  weir_plugin table = typed.freeze();
  table.kind = WEIR_PROCESS;
  EXPECT_THAT(plugin_description({&table}, "typed").value(), HasSubstr("  out (records)\n"
                                                                       "      Ages.\n"
                                                                       "      JSON Schema:\n"
                                                                       "        {\n"
                                                                       "          \"required\": [\"age\"]\n"
                                                                       "        }\n"
                                                                       "  error (records)\n"));
}

TEST_F(DescribePlugins, TheTableHasALineForEach) {
  EXPECT_EQ(plugin_table({&table_[0], &table_[1], &table_[2]}),
            "name    kind     summary\n"
            "lookup  process  Asks a service about each group of ids.\n"
            "file    source   Reads lines.\n"
            "file    sink     Writes lines.\n");
}

TEST_F(DescribePlugins, AKeyIsNamedWhereItHasAnEffect) {
  const auto head = [&](std::uint32_t capabilities) {
    table_[0].capabilities = capabilities;
    const std::string text = description("lookup");
    const auto at = text.find("options (");
    return text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(head(0), "options (besides plugin, from)");
  EXPECT_EQ(head(WEIR_STATEFUL), "options (besides plugin, from, key)");
  EXPECT_EQ(head(WEIR_STATEFUL | WEIR_KEYED), "options (besides plugin, from, key (required))");
}

TEST_F(DescribePlugins, OneIsDescribedWithOptionsPortsAndExample) {
  EXPECT_EQ(description("lookup"), R"(lookup, a process (version 2.1)
  Asks a service about each group of ids.
  Takes records or groups.

options (besides plugin, from, concurrency, order, queue)
  url     a text; required
      Where the service is.
  retry   a map
      What happens when the service is down.
      pause  a duration such as 5s, at least 1ms; default 1s
          Between two attempts.
  secret  a text; secret, never shown
      The password.
  quote   a text; default ""
  mode    one of comma, json; default comma
      How ids are joined.

ports
  out (records)
      One record for each id.
  rejected (records)
      Ids that the service refuses.
  error (records)
      Built in: records that the stage cannot take. Not wired, the first such record stops the
      pipeline.

example
  lookup:
    plugin: lookup

    url: http://x
)");
}

TEST_F(DescribePlugins, ASourceAndASinkOfOneNameAreBothDescribed) {
  const std::string text = description("file");
  EXPECT_THAT(text, HasSubstr("file, a source"));
  EXPECT_THAT(text, HasSubstr("file, a sink"));
  EXPECT_THAT(text, HasSubstr("options (besides plugin)\n  none\n"));
}

TEST_F(DescribePlugins, AnUnknownNameComesWithTheNearest) {
  EXPECT_EQ(description("lokup"), "error: unknown plugin 'lokup'; did you mean 'lookup'?");
  EXPECT_EQ(description("redis"), "error: unknown plugin 'redis'; known: file, lookup");
}

}  // namespace
}  // namespace weir
