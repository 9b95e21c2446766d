// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace weir {

/// What a call threw: the items of that call failed and go to the error port with this code. Any other
/// std::exception does the same with the code "exception".
class Failure : public std::runtime_error {
 public:
  Failure(std::string code, const std::string& message)
      : std::runtime_error(message), code_(std::move(code)) {}
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

/// The stage cannot go on: the pipeline stops with its positions kept, and shows the message.
class Stop : public std::runtime_error {
 public:
  Stop(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

}  // namespace weir
