// SPDX-License-Identifier: Apache-2.0
#include "lines/line_format.h"

#include <simdjson.h>
#include <weir/json_string.h>

#include <nlohmann/json.hpp>

#include "envelope/envelope.h"

namespace weir {

struct LineFormat::Json {
  /// Whether the bytes, with WEIR_PADDING behind them, are one JSON value.
  bool accepts(std::string_view bytes) {
    if (bytes.empty()) return false;
    const auto error = parser.parse(bytes.data(), bytes.size(), false).error();
    // simdjson refuses numbers of more than 64 bits and deep nesting, which are JSON all the same.
    return error == simdjson::SUCCESS ||
           ((error == simdjson::NUMBER_ERROR || error == simdjson::DEPTH_ERROR) &&
            nlohmann::json::accept(bytes));
  }

  simdjson::dom::parser parser;
};

void LineFormat::declare(Descriptor& d) {
  d.option(
       "format", Type::kChoice,
       "How a record becomes a line. value: its bytes as they are. ndjson: its value as JSON on one line; a "
       "value that is no JSON is written as a JSON string. envelope: value, key, headers, origin and, if it "
       "failed, the reason and the attempts as a JSON object, which `etl-run replay` reads back.")
      .choices({"value", "ndjson", "envelope"})
      .default_value("value");
}

LineFormat::LineFormat(const Options& options) {
  const auto name = options.string("format");
  kind_ = name == "value" ? Kind::kValue : name == "ndjson" ? Kind::kNdjson : Kind::kEnvelope;
  if (kind_ == Kind::kNdjson) json_ = std::make_unique<Json>();
}
LineFormat::LineFormat(LineFormat&&) noexcept = default;
LineFormat::~LineFormat() = default;

std::size_t LineFormat::append_values(Records records, std::size_t enough, LineBuffer& to) {
  std::size_t i = 0;
  for (; i < records.size() && to.size() < enough; ++i) to.append_line(records[i].bytes());
  return i;
}

std::size_t LineFormat::append_json(Records records, std::size_t enough, LineBuffer& to) {
  std::size_t i = 0;
  for (; i < records.size() && to.size() < enough; ++i) {
    line_.clear();
    if (!format(records[i], line_)) break;
    to.append_line(line_);
  }
  return i;
}

/// Appends to an empty line. False when the format cannot hold the record.
bool LineFormat::format(const Record& record, std::string& line) {
  const auto bytes = record.bytes();
  if (kind_ == Kind::kEnvelope) {
    envelope::encode(record, line);
  } else if (!record.has_value()) {
    line = "null";
  } else if (json_->accepts(bytes)) {
    line = bytes;
    if (bytes.find_first_of("\n\r") != bytes.npos) {  // white space: a JSON string has no raw newline
      std::size_t size = 0;
      if (simdjson::minify(bytes.data(), bytes.size(), line.data(), size) != simdjson::SUCCESS) return false;
      line.resize(size);
    }
  } else if (is_utf8(bytes)) {
    append_json_string(bytes, line);
  } else {
    return false;
  }
  return true;
}

}  // namespace weir
