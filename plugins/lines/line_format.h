// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/options.h>

#include <cstddef>
#include <memory>
#include <string>

#include "lines/line_buffer.h"

namespace weir {

/// How sinks write records as lines, one for each record: the option `format`.
class LineFormat {
 public:
  /// Declares the option.
  static void declare(Descriptor& d);

  explicit LineFormat(const Options& options);
  LineFormat(LineFormat&&) noexcept;
  ~LineFormat();

  /// Appends the records' lines, one after the other, until `to` holds `enough` bytes, and returns how many
  /// records that were. If `to` holds less and records are left, the format cannot hold the first of those.
  std::size_t append(Records records, std::size_t enough, LineBuffer& to) {
    return kind_ == Kind::kValue ? append_values(records, enough, to) : append_json(records, enough, to);
  }

  /// Why the format cannot hold a record, for Context::fail().
  static constexpr const char* kCode = "not_text";
  static constexpr const char* kReason =
      "the value is neither JSON nor UTF-8 text, so it is no line of NDJSON; 'format: envelope' keeps any "
      "bytes";

 private:
  enum class Kind { kValue, kNdjson, kEnvelope };
  struct Json;

  static std::size_t append_values(Records records, std::size_t enough, LineBuffer& to);
  std::size_t append_json(Records records, std::size_t enough, LineBuffer& to);
  bool format(const Record& record, std::string& line);

  Kind kind_;
  std::unique_ptr<Json> json_;
  std::string line_;  // the one being formatted
};

}  // namespace weir
