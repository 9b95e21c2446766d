// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

namespace weir::bench {

// Hands on what it gets: a stage that does nothing, so that what is measured is the way into it and out.
class Pass final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("pass")
        .summary("Hands on what it gets: for measuring the cost of a hop between stages.")
        .example("p1: {plugin: pass, from: ids, each: false}")
        .port("out", Item::kRecords, "All records, unchanged.");
    d.option("each", Type::kBool, "Hand on record by record, instead of a batch at a time.")
        .default_value("false");
  }
  explicit Pass(const Options& options) : each_(options.boolean("each")) {}

  using Process::process;
  void process(const Batch& batch, Context& out) override {
    if (!each_) return out.emit(Port{0}, batch.items());
    for (const Record& record : batch.items()) out.emit(record);
  }

 private:
  bool each_;
};

}  // namespace weir::bench

WEIR_PLUGIN(weir::bench::Pass);
