// SPDX-License-Identifier: Apache-2.0
// weir-make-ids: input for the WeChat job, with an account of what is in it.
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>

#include "made_ids.h"
#include "program.h"

int main(int argc, char** argv) {
  using namespace weir::standins;
  std::uint64_t count = 10'000;
  std::uint64_t seed = 1;
  std::string account_path;
  const CommandLine command_line = read_command_line(
      argc, argv,
      "Prints lines with WeChat ids: 1 % blank, 1 % broken JSON, 1 % that the stand-in refuses,\n"
      "2 % of users who left, the rest good. The same options print the same lines.",
      {{"count", "N", "how many lines; default 10000",
        [&](const std::string& text) { count = number_of(text, 1'000'000'000); }},
       {"seed", "N", "another seed gives other ids; default 1",
        [&](const std::string& text) { seed = number_of(text); }},
       {"account", "FILE", "writes there, as JSON, how many of each kind there are",
        [&](const std::string& text) { account_path = text; }}});
  if (command_line != CommandLine::kRun) return command_line == CommandLine::kRefused ? 2 : 0;

  const MadeIds made = make_ids(count, seed);
  for (const std::string& line : made.lines) std::cout << line << '\n';
  std::cout.flush();
  if (!std::cout) {
    std::cerr << argv[0] << ": cannot write to standard output\n";
    return 1;
  }
  if (!account_path.empty()) {
    std::ofstream account(account_path);
    account << made.account_json() << '\n';
    account.close();
    if (!account) {
      std::cerr << argv[0] << ": cannot write '" << account_path << "'\n";
      return 1;
    }
  }
  return 0;
}
