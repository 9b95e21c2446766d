// SPDX-License-Identifier: Apache-2.0
// weir-limit-file INPUT FOLDER: what pipelines/file.yaml does, written by hand for this one job.
#include <simdjson.h>

#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "limit_lines.h"
#include "limit_main.h"
#include "outputs.h"

namespace weir::bench {
namespace {

class Filter {
 public:
  explicit Filter(const std::string& folder)
      : matched_(folder + "/matched.ndjson"), others_(folder + "/others.ndjson") {}

  /// SIMDJSON_PADDING bytes behind the line are readable.
  void take(std::string_view line) {
    std::string_view status;
    auto document = parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    const auto error = document["status"].get_string().get(status);
    if (error != simdjson::SUCCESS && error != simdjson::NO_SUCH_FIELD) {
      throw std::runtime_error("not JSON: " + std::string(line));
    }
    (error == simdjson::SUCCESS && status == "paid" ? matched_ : others_).add(line);
  }
  void finish() {
    matched_.finish();
    others_.finish();
  }

 private:
  simdjson::ondemand::parser parser_;
  LineFile matched_;
  LineFile others_;
};

void run(const char* input, const char* folder) {
  Filter filter(folder);
  each_line(input, [&](std::string_view line) { filter.take(line); });
  filter.finish();
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: weir-limit-file INPUT FOLDER\n", 2;
  return weir::bench::exit_code_of(argv[0], [&] { weir::bench::run(argv[1], argv[2]); });
}
