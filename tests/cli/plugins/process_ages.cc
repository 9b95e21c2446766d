// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

namespace weir::test {

/// Process `ages`: hands on what it gets, and declares that these are objects with an age.
class Ages final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("ages").summary("Objects with an age.");
    d.port("out", Item::kRecords, "The objects.",
           R"({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]})");
  }
  explicit Ages(const Options&) {}
};

}  // namespace weir::test

WEIR_PLUGIN(weir::test::Ages);
