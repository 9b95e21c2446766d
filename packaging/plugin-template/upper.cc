// SPDX-License-Identifier: Apache-2.0
// A process that turns values into upper case; what is no plain ASCII leaves by `other`.
#include <weir/plugin.h>

#include <algorithm>
#include <cctype>
#include <string>

namespace {

class Upper final : public weir::Process {
 public:
  static constexpr weir::Port kOut{0}, kOther{1};

  static void describe(weir::Descriptor& d) {
    d.name("upper")
        .summary("Values in upper case.")
        .example("loud: {plugin: upper, from: lines}")
        .port("out", weir::Item::kRecords, "The values in upper case.")
        .port("other", weir::Item::kRecords, "Values that hold more than ASCII.");
    d.option("suffix", weir::Type::kString, "What is put behind each value.").default_value("");
  }

  explicit Upper(const weir::Options& options) : suffix_(options.string("suffix")) {}

  using Process::process;
  void process(const weir::Record& record, weir::Context& out) override {
    std::string value(record.bytes());
    const auto plain = [](unsigned char c) { return c < 128; };
    if (!std::all_of(value.begin(), value.end(), plain)) {
      out.fail(kOther, record, "not_ascii", "the value holds more than ASCII");
      return;
    }
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    out.emit(kOut, out.with_value(record, value + suffix_));
  }

 private:
  const std::string suffix_;
};

}  // namespace

WEIR_PLUGIN(Upper);
