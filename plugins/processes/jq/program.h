// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct jq_state;

namespace weir::jq {

/// A compiled jq program with the state that it runs in. One thread at a time: libjq is not made for more.
class Program {
 public:
  enum class Outcome : std::uint8_t {
    kDone,     ///< its results are in results()
    kNotJson,  ///< the input is not JSON; error() says why
    kFailed    ///< it raised an error, or halted; see error()
  };

  /// `args` become variables. Throws std::invalid_argument with libjq's message when `text` is no program.
  Program(const std::string& text, const std::map<std::string, std::string>& args);

  /// Where `debug` and `stderr` of the program write, as JSON. Set once, before the first run.
  void on_debug(std::function<void(std::string_view)> write);

  /// Runs the program over one value. Strings among the results are JSON, or bare with `raw`.
  Outcome run(std::string_view json, bool raw);

  const std::vector<std::string>& results() const { return results_; }
  const std::string& error() const { return error_; }

 private:
  struct Teardown {
    void operator()(jq_state* state) const;
  };

  std::unique_ptr<jq_state, Teardown> state_;
  std::unique_ptr<std::function<void(std::string_view)>> debug_;  // at an address that stays
  std::vector<std::string> results_;
  std::string error_;
};

}  // namespace weir::jq
