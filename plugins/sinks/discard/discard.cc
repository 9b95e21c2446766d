// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

namespace weir::discard {

// Takes everything and keeps nothing: for measuring, and for trying a pipeline out.
class Discard final : public Sink {
 public:
  static void describe(Descriptor& d) {
    d.name("discard")
        .summary("Takes records and throws them away, counted.")
        .example("nowhere: {plugin: discard, from: ids}");
  }
  explicit Discard(const Options&) {}
  void write(Records, Context&) override {}
};

}  // namespace weir::discard

WEIR_PLUGIN(weir::discard::Discard);
