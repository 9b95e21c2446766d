// SPDX-License-Identifier: Apache-2.0
#include "jq_process.h"

#include <weir/plugin.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "input_check.h"

namespace weir::jq {

namespace {

using Args = std::map<std::string, std::string>;

// One line of bounded length: a program may put whole values into its error.
std::string line_of(std::string text) {
  constexpr std::size_t kLongest = 500;
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto part = [&letter](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), part);
}

Args read_args(const Options& options) {
  if (!options.has("args")) return {};
  auto args = options.string_map("args");
  for (const auto& [name, value] : args) {
    const std::string pointer = (nlohmann::json::json_pointer("/args") / name).to_string();
    if (!is_name(name)) {
      throw OptionError(pointer,
                        "'" + name +
                            "' is no name of a jq variable: expected letters, digits and '_', with a "
                            "letter or '_' first");
    }
    if (name == "ENV" || name == "__loc__")
      throw OptionError(pointer, "jq has a variable $" + name + " itself");
  }
  return args;
}

Program compile(const Options& options) {
  const Args args = read_args(options);
  try {
    return Program(options.string("program"), args);
  } catch (const std::invalid_argument& e) {
    throw OptionError("/program", std::string("jq cannot compile the program: ") + e.what());
  }
}

}  // namespace

void JqProcess::describe(Descriptor& d) {
  d.name("jq")
      .summary("Runs a jq program over each value; each result becomes a record.")
      .example("names: {plugin: jq, from: users, program: \".users[] | {id, name: .profile.name}\"}")
      .concurrent();
  d.option("program", Type::kString, "The jq program, as the command jq takes it.").required();
  d.option("args", Type::kStringMap,
           "Variables of the program, as strings: with `{site: eu}`, $site is \"eu\".");
  d.option("raw", Type::kBool, "Whether results that are strings go out bare, without quotes and escapes.")
      .default_value("false");
  d.option("large_integers", Type::kChoice,
           "What becomes of a value that holds an integer beyond 2^53, which jq cannot keep: `refuse` sends "
           "it to "
           "the error port, `round` lets jq round it.")
      .choices({"refuse", "round"})
      .default_value("refuse");
  d.port("out", Item::kRecords,
         "One record for each result, with key, headers, time and origin of the record it was made of.");
}

JqProcess::JqProcess(const Options& options)
    : program_(compile(options)),
      raw_(options.boolean("raw")),
      round_(options.string("large_integers") == "round") {}

void JqProcess::start(Context& context) {
  empty_ = context.counter("empty");
  program_.on_debug([&context](std::string_view line) { context.debug(line); });
}

void JqProcess::process(const Record& record, Context& out) {
  if (!record.has_value()) throw Failure("bad_json", "the record has no value (a tombstone)");
  if (record.bytes().empty()) throw Failure("bad_json", "the value is empty");
  // First libjq, since its reasons say more; then what it would have taken all the same.
  const auto outcome = program_.run(record.bytes(), raw_);
  if (outcome == Program::Outcome::kNotJson) {
    throw Failure("bad_json", line_of("the value is not JSON: " + program_.error()));
  }
  const InputProblem problem = check_input(record.bytes(), round_);
  if (!problem.code.empty()) throw Failure(std::string(problem.code), problem.message);
  if (outcome == Program::Outcome::kFailed) throw Failure("jq", line_of(program_.error()));
  if (program_.results().empty()) empty_.add();
  for (const auto& result : program_.results()) out.emit(out.with_value(record, result));
}

}  // namespace weir::jq

WEIR_PLUGIN(weir::jq::JqProcess);
