// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include <csignal>
#include <cstdlib>
#include <new>

namespace weir::test {

/// Process `crasher`: hands on what it gets, and crashes or stops the pipeline at the value "boom", in the
/// way that `how` says.
class Crasher final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("crasher").summary("Crashes at the value boom.").concurrent();
    d.option("how", Type::kChoice, "In which way.")
        .choices({"abort", "write", "overflow", "kill", "stop", "hoard"})
        .default_value("abort");
    d.port("out", Item::kRecords, "What came.");
  }
  explicit Crasher(const Options& options) : how_(options.string("how")) {}

  using Process::process;
  void process(const Record& record, Context& out) override {
    if (view(record.value) == "boom") crash();
    out.emit(record);
  }

 private:
  void crash() const {
    if (how_ == "abort") std::abort();
    if (how_ == "stop") throw Stop("no_boom", "it cannot go on");
    if (how_ == "hoard") throw std::bad_alloc();
    if (how_ == "kill") std::raise(SIGKILL);
    if (how_ == "overflow") std::exit(descend(0));
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  }
  /// More than any stack holds.
  int descend(int depth) const {
    volatile char frame[4096];
    frame[0] = static_cast<char>(depth);
    return depth > 1'000'000'000 ? 0 : descend(depth + 1) + frame[0];
  }

  const std::string how_;
};

}  // namespace weir::test

WEIR_PLUGIN(weir::test::Crasher);
