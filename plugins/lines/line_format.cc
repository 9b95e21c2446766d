// SPDX-License-Identifier: Apache-2.0
#include "lines/line_format.h"

#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "envelope/envelope.h"
#include "envelope/json_string.h"

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

bool LineFormat::append_json(const Record& record, std::string& to) {
  const auto bytes = record.bytes();
  if (kind_ == Kind::kEnvelope) {
    envelope::encode(record, to);
  } else if (!record.has_value()) {
    to += "null";
  } else if (json_->accepts(bytes)) {
    const auto before = to.size();
    to += bytes;
    if (bytes.find_first_of("\n\r") != bytes.npos) {  // white space: a JSON string has no raw newline
      std::size_t size = 0;
      const auto error = simdjson::minify(bytes.data(), bytes.size(), to.data() + before, size);
      if (error != simdjson::SUCCESS) return to.resize(before), false;
      to.resize(before + size);
    }
  } else if (is_utf8(bytes)) {
    append_json_string(bytes, to);
  } else {
    return false;
  }
  to.push_back('\n');
  return true;
}

}  // namespace weir
