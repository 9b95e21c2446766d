// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include <string>

namespace weir::test {

/// Process `group_size`: one record for each group, with the number of its records.
class GroupSize final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("group_size").summary("Tells how large groups are.").port("out", Item::kRecords, "The numbers.");
  }
  explicit GroupSize(const Options&) {}
  using Process::process;
  void process(const Group& group, Context& out) override { out.emit(out.make(std::to_string(group.count))); }
};

}  // namespace weir::test

WEIR_PLUGIN(weir::test::GroupSize);
