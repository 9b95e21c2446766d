// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>
#include <weir/transactional_sink.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace weir::test {

/// Sink `reluctant`: keeps nothing, in transactions. A start waits in `recover`, having made the file
/// `asked`, until there is the file `until`.
class Reluctant final : public TransactionalSink {
 public:
  static void describe(Descriptor& d) {
    d.name("reluctant").summary("Lets a start wait.");
    d.option("asked", Type::kString, "A file that it makes.").required();
    d.option("until", Type::kString, "The file that it waits for.").required();
    d.option("away", Type::kString, "While this file exists, it cannot be asked.").default_value("");
  }
  static std::string refuses(const Options&, Transactions, std::uint32_t) { return {}; }
  static void recover(const Options& options, std::span<const std::string_view>, Context&) {
    if (std::filesystem::exists(options.string("away"))) throw Stop("away", "the sink is away");
    std::ofstream(options.string("asked")) << "asked\n";
    while (!std::filesystem::exists(options.string("until")))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  explicit Reluctant(const Options&) {}

  void write(Records, Context&) override {}
  std::string prepare(std::uint64_t, Context&) override { return {}; }
  void commit_prepared(Context&) override {}
};

}  // namespace weir::test

WEIR_PLUGIN(weir::test::Reluctant);
