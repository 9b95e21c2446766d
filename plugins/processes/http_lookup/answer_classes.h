// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/options.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/caller.h"

namespace weir::http_lookup {

/// What the pipeline file says about replies of some statuses or codes, and what goes without saying.
class AnswerClasses {
 public:
  static void describe(Descriptor& d);
  /// Reads the option `classes`. Throws OptionError. `many`: whether many records go into a call.
  AnswerClasses(const Options& options, bool many);

  /// The verdict on a reply, if a class or its status decides; nothing for one that is to be read.
  /// `code`: the code within the reply, empty where there is none. `text`: what the reply says about it.
  std::optional<http::Verdict> judge(int status, std::string_view code, std::string_view text) const;

 private:
  struct Class {
    std::vector<std::string> statuses;  // "422", "5xx"
    std::vector<std::string> codes;
    http::Answer answer;
    std::chrono::milliseconds pause;
    std::string message;
  };

  bool many_;
  std::vector<Class> classes_;
};

}  // namespace weir::http_lookup
