// SPDX-License-Identifier: Apache-2.0
#include <weir/json_string.h>

#include "envelope/base64.h"
#include "envelope/envelope.h"
#include "envelope/timestamp.h"

namespace weir::envelope {
namespace {

void append_number(std::int64_t number, std::string& to) {
  to += std::to_string(number);
}

/// `,"name":"text"`, or `,"name_base64":"..."` for bytes that are no text.
void append_bytes(std::string_view name, std::string_view bytes, std::string& to) {
  const bool text = is_utf8(bytes);
  to.append(",\"").append(name).append(text ? "\":" : "_base64\":");
  if (text) return append_json_string(bytes, to);
  to.push_back('"');
  append_base64(bytes, to);
  to.push_back('"');
}

/// Part of a header: a string, null, or {"base64":"..."}.
void append_header_part(weir_slice part, std::string& to) {
  if (part.data == nullptr) {
    to += "null";
  } else if (is_utf8(view(part))) {
    append_json_string(view(part), to);
  } else {
    to += "{\"base64\":\"";
    append_base64(view(part), to);
    to += "\"}";
  }
}

void append_headers(const weir_record& record, std::string& to) {
  to += ",\"headers\":[";
  for (std::uint32_t i = 0; i < record.header_count; ++i) {
    to += i == 0 ? "[" : ",[";
    append_header_part(slice(view(record.headers[i].name)), to);
    to.push_back(',');
    append_header_part(record.headers[i].value, to);
    to.push_back(']');
  }
  to.push_back(']');
}

void append_origin(const weir_record& record, std::string& to) {
  to += ",\"origin\":{\"source\":";
  append_readable_json_string(view(record.origin->source), to);
  to += ",\"name\":";
  append_readable_json_string(view(record.origin->name), to);
  if (record.origin->partition >= 0) {
    to += ",\"partition\":";
    append_number(record.origin->partition, to);
  }
  if (record.position >= 0) {
    to += ",\"position\":";
    append_number(record.position, to);
  }
  to.push_back('}');
}

void append_failure(const weir_failure& failure, std::string& to) {
  to += ",\"stage\":";
  append_readable_json_string(view(failure.stage), to);
  to += ",\"port\":";
  append_readable_json_string(view(failure.port), to);
  to += ",\"code\":";
  append_readable_json_string(view(failure.code), to);
  to += ",\"message\":";
  append_readable_json_string(view(failure.message), to);
  to += ",\"attempts\":";
  append_number(failure.attempts, to);
  to += ",\"first_time\":\"";
  append_timestamp(failure.first_time, to);
  to += "\",\"last_time\":\"";
  append_timestamp(failure.last_time, to);
  to.push_back('"');
}

}  // namespace

void encode(const weir_record& record, std::string& to) {
  to += "{\"weir\":1";
  static_assert(kVersion == 1);
  if (record.value.data == nullptr) {
    to += ",\"value\":null";
  } else {
    append_bytes("value", view(record.value), to);
  }
  if (record.key.data != nullptr) append_bytes("key", view(record.key), to);
  if (record.header_count != 0) append_headers(record, to);
  if (record.event_time != WEIR_NO_TIME) {
    to += ",\"event_time\":";
    append_number(record.event_time, to);
  }
  if (record.origin != nullptr) append_origin(record, to);
  if (record.failure != nullptr) append_failure(*record.failure, to);
  to.push_back('}');
}

}  // namespace weir::envelope
