// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include <filesystem>
#include <fstream>

namespace weir::test {

/// Process `fuse`: hands on what it gets. Each of `blown` that does not exist stops the pipeline once, as
/// soon as there is the file `after`; then it exists.
class Fuse final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("fuse").summary("Stops the pipeline, once for each file.");
    d.option("after", Type::kString, "Not before this file exists.").required();
    d.option("blown", Type::kStringList, "Files that it makes.").required();
    d.port("out", Item::kRecords, "What came.");
  }
  explicit Fuse(const Options& options) : after_(options.string("after")), blown_(options.strings("blown")) {}

  using Process::process;
  void process(const Record& record, Context& out) override {
    for (const auto& file : blown_) {
      if (std::filesystem::exists(file) || !std::filesystem::exists(after_)) continue;
      std::ofstream(file) << "blown\n";
      throw Stop("blown", "the fuse " + file + " has blown");
    }
    out.emit(record);
  }

 private:
  const std::string after_;
  const std::vector<std::string> blown_;
};

}  // namespace weir::test

WEIR_PLUGIN(weir::test::Fuse);
