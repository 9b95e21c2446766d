// SPDX-License-Identifier: Apache-2.0
#include "program.h"

extern "C" {
#include <jq.h>
}

#include <algorithm>
#include <climits>
#include <stdexcept>
#include <utility>

namespace weir::jq {

namespace {

// Stands before every program, in its first line so that lines are counted as the author does. It takes away
// what reaches out of the record: the environment, further inputs, modules (an `import` may only stand
// first), and the process's stderr. And libjq 1.6 ends the process when strftime is given a number that is no
// time.
constexpr std::string_view kPrelude =
    "def env: {}; "
    "def input: error(\"input: a record is all that the program is given\"); def inputs: input; "
    "def modulemeta: error(\"modulemeta: there are no modules\"); def get_search_list: []; "
    "def input_filename: null; def input_line_number: null; def stderr: debug; "
    "def _strftime($f): strftime($f); "
    "def strftime($f): (if type == \"number\" then gmtime else . end) | _strftime($f); "
    "def _strflocaltime($f): strflocaltime($f); "
    "def strflocaltime($f): (if type == \"number\" then localtime else . end) | _strflocaltime($f); "
    "def todate: strftime(\"%Y-%m-%dT%H:%M:%SZ\"); def date: todate; "
    "{} as $ENV | ";

std::string text_of(jv string) {
  std::string text(jv_string_value(string),
                   static_cast<std::size_t>(jv_string_length_bytes(jv_copy(string))));
  jv_free(string);
  return text;
}

// A string as it is, anything else as JSON.
std::string bare(jv value) {
  return text_of(jv_get_kind(value) == JV_KIND_STRING ? value : jv_dump_string(value, 0));
}

// The first line of one of the compiler's messages, without what only a user of the command can use: "jq:
// error: syntax error, unexpected '|' (Unix shell quoting issues?) at <top-level>, line 1:" and then the line
// itself.
std::string essence(std::string message) {
  message.resize(std::min(message.find('\n'), message.size()));
  const auto drop = [&message](std::string_view part) {
    if (const std::size_t at = message.find(part); at != std::string::npos) message.erase(at, part.size());
  };
  drop("jq: error: ");
  drop(" (Unix shell quoting issues?)");
  drop(" at <top-level>");
  if (message.ends_with(':')) message.pop_back();
  return message;
}

void keep_message(void* messages, jv message) {
  static_cast<std::vector<std::string>*>(messages)->push_back(text_of(jq_format_error(message)));
}

void write_debug(void* write, jv value) {
  (*static_cast<std::function<void(std::string_view)>*>(write))(text_of(jv_dump_string(value, 0)));
}

// "Invalid literal at line 1, column 4 (while parsing '...')": without the value, which may be long.
std::string parse_error(jv message) {
  std::string text = bare(message);
  text.resize(std::min(text.find(" (while parsing '"), text.size()));
  return text;
}

}  // namespace

void Program::Teardown::operator()(jq_state* state) const {
  jq_teardown(&state);
}

Program::Program(const std::string& text, const std::map<std::string, std::string>& args)
    : state_(jq_init()) {
  if (state_ == nullptr) throw std::bad_alloc();
  if (text.find('\0') != std::string::npos) throw std::invalid_argument("the program holds a NUL character");
  std::vector<std::string> messages;
  jq_set_error_cb(state_.get(), keep_message, &messages);
  jv variables = jv_object();
  for (const auto& [name, value] : args) {
    variables = jv_object_set(variables, jv_string_sized(name.data(), static_cast<int>(name.size())),
                              jv_string_sized(value.data(), static_cast<int>(value.size())));
  }
  const bool compiled = jq_compile_args(state_.get(), (std::string(kPrelude) + text).c_str(), variables) != 0;
  jq_set_error_cb(state_.get(), nullptr, nullptr);
  if (compiled) return;
  std::string all;
  for (const auto& message : messages) {
    const std::string one = essence(message);
    if (one.ends_with("compile error") || one.ends_with("compile errors")) continue;  // how many there are
    all += (all.empty() ? "" : "; ") + one;
  }
  throw std::invalid_argument(all);
}

void Program::on_debug(std::function<void(std::string_view)> write) {
  debug_ = std::make_unique<std::function<void(std::string_view)>>(std::move(write));
  jq_set_debug_cb(state_.get(), write_debug, debug_.get());
}

Program::Outcome Program::run(std::string_view json, bool raw) {
  results_.clear();
  if (json.size() > INT_MAX) {
    error_ = "it is longer than the 2 GiB that libjq reads";
    return Outcome::kNotJson;
  }
  jv input = jv_parse_sized(json.data(), static_cast<int>(json.size()));
  if (!jv_is_valid(input)) {
    error_ = parse_error(jv_invalid_get_msg(input));
    return Outcome::kNotJson;
  }
  jq_state* const state = state_.get();
  jq_start(state, input, 0);
  jv result = jq_next(state);
  for (; jv_is_valid(result); result = jq_next(state)) {
    results_.push_back(raw ? bare(result) : text_of(jv_dump_string(result, 0)));
  }
  const bool raised = jv_invalid_has_msg(jv_copy(result)) != 0;
  jv message = jv_invalid_get_msg(result);
  if (jq_halted(state) != 0) {
    jv_free(message);
    message = jq_get_error_message(state);
    error_ = jv_is_valid(message) ? bare(jv_copy(message))
                                  : "the program has called halt; `empty` drops a record without an error";
    jv_free(message);
    return Outcome::kFailed;
  }
  if (!raised) {
    jv_free(message);
    return Outcome::kDone;
  }
  error_ = bare(message);
  return Outcome::kFailed;
}

}  // namespace weir::jq
