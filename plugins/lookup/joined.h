// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/options.h>

#include <simdjson.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::lookup {

/// Makes of a record and its row what leaves by `out`. One thread.
class Joined {
 public:
  static void describe(Descriptor& d);
  /// Reads the options `join` and `under`. Throws OptionError.
  explicit Joined(const Options& options);

  /// Whether records must be JSON objects.
  bool needs_objects() const { return how_ != How::kReplace; }

  /// Writes the joined JSON text to `to`, anew, or gives the reason why that is not possible. Behind both
  /// texts WEIR_PADDING bytes are readable.
  std::optional<std::string> write(std::string_view record, std::string_view row, std::string& to);

 private:
  enum class How { kMerge, kNest, kReplace };
  struct Member {
    std::string_view name, json;
  };

  static bool read(simdjson::ondemand::parser& parser, std::string_view text, std::vector<Member>& members);
  void append(const Member& member, std::string& to) const;

  How how_;
  std::string under_;
  simdjson::ondemand::parser record_parser_, row_parser_;
  std::vector<Member> record_members_, row_members_;
};

}  // namespace weir::lookup
