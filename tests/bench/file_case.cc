// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

#include "cases.h"
#include "contest.h"
#include "made_records.h"
#include "support/temp_dir.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kRecords = 2'000'000;

/// Two output files' sizes, which must be the same for both sides.
struct Sizes {
  std::uintmax_t matched = 0;
  std::uintmax_t others = 0;
};

void write_input(const fs::path& path, std::uint64_t count, Sizes& expected) {
  MadeRecords records(1);
  std::ofstream out(path, std::ios::binary);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t paid = records.paid();
    const std::string& text = records.next();
    out << text << '\n';
    (records.paid() != paid ? expected.matched : expected.others) += text.size() + 1;
  }
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

void file_case(const Settings& settings) {
  const support::TempDir folder("weir-bench-file");
  const fs::path input = folder / "records.ndjson";
  const auto count = static_cast<std::uint64_t>(kRecords * settings.scale);
  Sizes expected;
  write_input(input, count, expected);

  const auto into_new_folder = [&](auto&& command) {
    const fs::path output = folder / "output";
    fs::create_directory(output);
    const Usage usage = run_measured(command(output));
    if (fs::file_size(output / "matched.ndjson") != expected.matched ||
        fs::file_size(output / "others.ndjson") != expected.others) {
      throw std::runtime_error("the files that were written are not as large as they should be");
    }
    fs::remove_all(output);
    return usage;
  };
  const auto weir = [&](const char* delivery) {
    return into_new_folder([&](const fs::path& output) {
      Command command = etl_run(fs::path(WEIR_BENCH_PIPELINES) / "file.yaml",
                                {{"INPUT", input.string()}, {"OUTPUT", output.string()}});
      if (settings.exactly_once) {
        command.environment.emplace_back("DELIVERY", delivery);
        command.environment.emplace_back("STORE", (output / "store").string());
      }
      return command;
    });
  };
  hold(
      {"NDJSON file -> filter -> two files", static_cast<double>(count), [&] { return weir("exactly_once"); },
       [&] {
         if (settings.exactly_once) return weir("at_least_once");
         return into_new_folder([&](const fs::path& output) {
           return Command{{WEIR_LIMIT_FILE, input.string(), output.string()}, {}};
         });
       }},
      settings.runs);
}

}  // namespace weir::bench
