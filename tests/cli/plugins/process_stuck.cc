// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace weir::test {

/// Process `stuck`: hands on what it gets until there is the file `after`; then it stops the pipeline or,
/// with `in: call`, does not come back. Where it has stopped the pipeline it does not go either. It makes
/// `stuck` when it begins to wait, and heeds no interrupt before there is the file `until`.
class Stuck final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("stuck").summary("Waits for a file where nobody can interrupt it.");
    d.option("in", Type::kChoice, "Where it waits.").choices({"call", "end"}).required();
    d.option("after", Type::kString, "Not before this file exists.").required();
    d.option("stuck", Type::kString, "A file that it makes.").required();
    d.option("until", Type::kString, "The file that it waits for.").required();
    d.port("out", Item::kRecords, "What came.");
  }
  explicit Stuck(const Options& options)
      : in_call_(options.string("in") == "call"),
        after_(options.string("after")),
        stuck_(options.string("stuck")),
        until_(options.string("until")) {}
  ~Stuck() override {
    if (stopped_) wait();
  }

  using Process::process;
  void process(const Record& record, Context& out) override {
    if (std::filesystem::exists(after_) && !std::filesystem::exists(stuck_)) {
      if (in_call_) {
        wait();
      } else {
        stopped_ = true;
        throw Stop("stuck", "it is stuck");
      }
    }
    out.emit(record);
  }

 private:
  void wait() const {
    std::ofstream(stuck_) << "stuck\n";
    while (!std::filesystem::exists(until_)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  const bool in_call_;
  const std::string after_;
  const std::string stuck_;
  const std::string until_;
  bool stopped_ = false;
};

}  // namespace weir::test

WEIR_PLUGIN(weir::test::Stuck);
