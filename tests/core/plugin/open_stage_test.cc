// SPDX-License-Identifier: Apache-2.0
#include "plugin/open_stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Does in its constructor what the option `act` says.
class Actor final : public Sink {
 public:
  static void describe(Descriptor& d) {
    d.name("actor").summary("Acts.");
    d.option("act", Type::kString, "What it does.");
  }
  explicit Actor(const Options& options) {
    const std::string act = options.string("act");
    if (act == "refuse") throw OptionError("/act", "it is refused");
    if (act == "throw") throw std::runtime_error("it is thrown");
    if (act == "odd") throw 7;
  }
  void write(Records, Context&) override {}
};

class OpenStageTest : public ::testing::Test {
 protected:
  /// Opens a stage; "POINTER: MESSAGE" of each problem.
  std::vector<std::string> open(const weir_plugin& plugin, const std::string& act) {
    std::vector<OpenStage::Problem> problems;
    stage_ = OpenStage::open(plugin, "pipeline", "stage", {{"act", act}}, log_, problems);
    EXPECT_EQ(stage_ == nullptr, !problems.empty());
    std::vector<std::string> texts;
    for (const auto& p : problems) texts.push_back(p.pointer + ": " + p.message);
    return texts;
  }

  SystemClock clock_;
  std::vector<std::string> logged_;
  Log log_{clock_, LogLevel::kDebug, [this](std::string_view line) { logged_.emplace_back(line); }};
  const weir_plugin& actor_ = *detail::Trampoline<Actor>::plugin();
  std::unique_ptr<OpenStage> stage_;
};

TEST_F(OpenStageTest, ProblemsComeWithTheirPlaceInTheOptions) {
  EXPECT_THAT(open(actor_, "nothing"), IsEmpty());
  EXPECT_THAT(stage_->ports(), IsEmpty());
  EXPECT_THAT(open(actor_, "refuse"), ElementsAre("/act: it is refused"));
}

TEST_F(OpenStageTest, ExceptionsStopAtThePluginsEdge) {
  EXPECT_THAT(open(actor_, "throw"), ElementsAre(": it is thrown"));
  EXPECT_THAT(open(actor_, "odd"), ElementsAre(": something that is no std::exception was thrown"));
}

TEST_F(OpenStageTest, ARefusalWithoutAReasonIsToldAsSuch) {
  weir_plugin plugin = actor_;
  plugin.open = [](const weir_host*, weir_context*, weir_slice) { return static_cast<weir_stage*>(nullptr); };
  EXPECT_THAT(open(plugin, ""), ElementsAre(": the plugin refuses its options without saying why"));
}

TEST_F(OpenStageTest, APluginMayLogAndAskWhereItIsButCannotEmitYet) {
  weir_plugin plugin = actor_;
  plugin.open = [](const weir_host* host, weir_context* context, weir_slice) {
    const weir_place* place = host->place(context);
    host->log(context, WEIR_WARNING, place->stage);
    host->counter_add(host->counter(context, slice("calls")), 1);
    if (host->now(context) > 0) host->emit(context, 0, nullptr, 0);
    return static_cast<weir_stage*>(nullptr);
  };
  EXPECT_THAT(open(plugin, ""), ElementsAre(": emit() was called where it is not offered"));
  ASSERT_EQ(logged_.size(), 1u);
  EXPECT_THAT(logged_[0], HasSubstr(" WARN stage: stage"));
}

TEST_F(OpenStageTest, PortsThatDependOnOptionsAreCheckedToo) {
  weir_plugin plugin = actor_;
  plugin.stage_ports = [](weir_stage*) { return static_cast<const weir_port* const*>(nullptr); };
  EXPECT_THAT(open(plugin, ""), ElementsAre(": the plugin 'actor' opens a stage without a list of ports"));
}

}  // namespace
}  // namespace weir
