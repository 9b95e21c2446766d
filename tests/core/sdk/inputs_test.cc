// SPDX-License-Identifier: Apache-2.0
//
// One method for each input, and ports that a class does not have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/testing.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::testing::Harness;
using weir::testing::PluginError;

/// Four inputs: two with methods for records, one for groups, one without method.
class Mixer final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("mixer").summary("Mixes.").port("out", Item::kRecords, "All of it.");
    d.input("orders", "Orders.", &Mixer::order)
        .input("others", "Whatever else.")
        .input("batches", "Lists.", &Mixer::batch)
        .input("rates", "Rates.", &Mixer::rate, /*broadcast=*/true);
  }
  explicit Mixer(const Options&) {}
  void order(const Record& record, Context& out) {
    if (record.bytes() == "bad") throw Failure("bad_order", "it is bad");
    tell("order ", record, out);
  }
  void rate(const Record& record, Context& out) { tell(out.from_broadcast() ? "rate " : "?", record, out); }
  void batch(const Group& group, Context& out) {
    if (group.count == 1) throw Failure("too_few", "one is not enough");
    for (const Record& record : group.items()) tell("of " + std::to_string(group.count) + " ", record, out);
  }
  using Process::process;
  void process(const Record& record, Context& out) override { tell("other ", record, out); }

 private:
  static void tell(const std::string& what, const Record& record, Context& out) {
    out.emit(out.make(what + std::string(view(out.key())) + std::string(record.bytes())));
  }
};

TEST(InputMethods, EachInputHasItsOwnAndTheRestGoesToProcess) {
  Harness<Mixer> mixer;
  mixer.process_into("rates", {"1"});
  mixer.process_into("orders", {"2", "3"}, {"k", "l"});
  mixer.process_into("others", {"4"});
  mixer.group_into("batches", {"5", "6"}, 0, 10, "m");
  EXPECT_THAT(mixer.values(), ElementsAre("rate 1", "order k2", "order l3", "other 4", "of 2 m5", "of 2 m6"));
}

TEST(InputMethods, WhatAMethodThrowsFailsThatRecordOrGroup) {
  Harness<Mixer> mixer;
  mixer.process_into("orders", {"1", "bad", "2"});
  mixer.group_into("batches", {"3"});
  EXPECT_THAT(mixer.values(), ElementsAre("order 1", "order 2"));
  const auto errors = mixer.errors();
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].value, "bad");
  EXPECT_EQ(errors[0].code, "bad_order");
  EXPECT_EQ(errors[1].code, "too_few");
}

TEST(InputMethods, TheDescriptorTellsTheKindOfEachInput) {
  const weir_plugin& plugin = *detail::Trampoline<Mixer>::plugin();
  std::string kinds;
  for (const auto* const* input = plugin.inputs; *input != nullptr; ++input) {
    kinds += std::string((*input)->name) + ((*input)->accepts == WEIR_GROUPS ? ":groups" : ":records") +
             ((*input)->broadcast != 0 ? "! " : " ");
  }
  EXPECT_EQ(kinds, "orders:records others:records batches:groups rates:records! ");
}

/// Sends by the port that the record names.
class Sorter final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("sorter").summary("Sorts.").port("out", Item::kRecords, "0.").port("side", Item::kRecords, "1.");
  }
  explicit Sorter(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override {
    const auto number = std::stoul(std::string(record.bytes()));
    const Port port{static_cast<std::uint32_t>(number)};
    number % 2 == 0 ? out.emit(port, record) : out.fail(port, record, "odd", "it is odd");
  }
};

TEST(Ports, AnUnknownOneIsAnErrorAtOnce) {
  Harness<Sorter> sorter;
  sorter.process({"0", "1"});
  EXPECT_EQ(sorter.rest().size(), 2u);
  for (const char* number : {"2", "3", "4000000000"}) {
    EXPECT_THAT([&] { sorter.process({number}); },
                ::testing::ThrowsMessage<PluginError>(HasSubstr(
                    "emits by port number " + std::string(number) + ", but declares only 2 ports")));
  }
}

}  // namespace
}  // namespace weir
