// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/options.h>

#include <memory>
#include <string>

namespace weir {

/// How sinks write records as lines, one for each record: the option `format`.
class LineFormat {
 public:
  /// Declares the option.
  static void declare(Descriptor& d);

  explicit LineFormat(const Options& options);
  LineFormat(LineFormat&&) noexcept;
  ~LineFormat();

  /// Appends the record's line with its newline. False, with `to` unchanged, when the format cannot hold it.
  bool append(const Record& record, std::string& to) {
    if (kind_ != Kind::kValue) return append_json(record, to);
    to.append(record.bytes()).push_back('\n');
    return true;
  }

  /// Why append() was false, for Context::fail().
  static constexpr const char* kCode = "not_text";
  static constexpr const char* kReason =
      "the value is neither JSON nor UTF-8 text, so it is no line of NDJSON; 'format: envelope' keeps any "
      "bytes";

 private:
  enum class Kind { kValue, kNdjson, kEnvelope };
  struct Json;

  bool append_json(const Record& record, std::string& to);

  Kind kind_;
  std::unique_ptr<Json> json_;
};

}  // namespace weir
