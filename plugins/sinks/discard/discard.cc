// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir::discard {

// Takes everything and keeps nothing: for measuring, and for trying a pipeline out.
class Discard final : public TransactionalSink {
 public:
  static void describe(Descriptor& d) {
    d.name("discard")
        .summary("Takes records and throws them away, counted.")
        .example("nowhere: {plugin: discard, from: ids}");
  }
  explicit Discard(const Options&) {}
  void write(Records, Context&) override {}

  // Nothing is written, so nothing can be written twice.
  static void recover(const Options&, std::span<const std::string_view>, Context&) {}
  std::string prepare(std::uint64_t, Context&) override { return {}; }
  void commit_prepared(Context&) override {}
};

}  // namespace weir::discard

WEIR_PLUGIN(weir::discard::Discard);
