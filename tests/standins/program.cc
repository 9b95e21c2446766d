// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <getopt.h>
#include <pthread.h>

#include <charconv>
#include <iostream>
#include <stdexcept>

namespace weir::standins {
namespace {

constexpr char kHelp[] = "help";

void print_help(const char* program, const std::string& summary, const std::vector<ProgramOption>& options) {
  std::cout << "usage: " << program << " [options]\n" << summary << "\n\n";
  for (const ProgramOption& option : options) {
    std::cout << "  --" << option.name << (option.placeholder.empty() ? "" : " ") << option.placeholder
              << "\n      " << option.help << '\n';
  }
  std::cout << "  --help\n      prints this\n";
}

}  // namespace

CommandLine read_command_line(int argc, char** argv, const std::string& summary,
                              const std::vector<ProgramOption>& options) {
  std::vector<option> table;
  for (const ProgramOption& one : options) {
    table.push_back(
        {one.name.c_str(), one.placeholder.empty() ? no_argument : required_argument, nullptr, 0});
  }
  table.push_back({kHelp, no_argument, nullptr, 0});
  table.push_back({nullptr, 0, nullptr, 0});

  const std::string hint = std::string("; see ") + argv[0] + " --help\n";
  int index = -1;
  for (int result = 0; (result = getopt_long(argc, argv, "", table.data(), &index)) != -1;) {
    if (result != 0) return CommandLine::kRefused;  // getopt_long has said why.
    const auto chosen = static_cast<std::size_t>(index);
    if (chosen == options.size()) {
      print_help(argv[0], summary, options);
      return CommandLine::kHelpShown;
    }
    try {
      options[chosen].set(optarg == nullptr ? std::string() : std::string(optarg));
    } catch (const std::invalid_argument& error) {
      std::cerr << argv[0] << ": --" << options[chosen].name << ": " << error.what() << hint;
      return CommandLine::kRefused;
    }
  }
  if (optind < argc) {
    std::cerr << argv[0] << ": unexpected argument '" << argv[optind] << "'" << hint;
    return CommandLine::kRefused;
  }
  return CommandLine::kRun;
}

std::uint64_t number_of(const std::string& text, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || number > most) {
    throw std::invalid_argument("expected a whole number from 0 to " + std::to_string(most) + ", found '" +
                                text + "'");
  }
  return number;
}

EndSignal::EndSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

void EndSignal::wait() const {
  int signal = 0;
  sigwait(&signals_, &signal);
}

}  // namespace weir::standins
