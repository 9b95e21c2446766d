// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/message_headers.h"

#include <string_view>

#include "envelope/timestamp.h"

namespace weir::kafka {
namespace {

void add(rd_kafka_headers_t* to, std::string_view name, weir_slice value) {
  rd_kafka_header_add(to, name.data(), static_cast<ssize_t>(name.size()), value.data,
                      static_cast<ssize_t>(value.size));
}

void add_time(rd_kafka_headers_t* to, std::string_view name, std::int64_t milliseconds) {
  std::string text;
  append_timestamp(milliseconds, text);
  add(to, name, slice(text));
}

void add_failure(rd_kafka_headers_t* to, const weir_failure& f) {
  add(to, "weir.stage", f.stage);
  add(to, "weir.port", f.port);
  add(to, "weir.code", f.code);
  add(to, "weir.message", f.message);
  add(to, "weir.attempts", slice(std::to_string(f.attempts)));
  add_time(to, "weir.first_time", f.first_time);
  add_time(to, "weir.last_time", f.last_time);
}

void add_origin(rd_kafka_headers_t* to, const Record& record) {
  add(to, "weir.origin.source", record.origin->source);
  add(to, "weir.origin.name", record.origin->name);
  if (record.origin->partition >= 0) {
    add(to, "weir.origin.partition", slice(std::to_string(record.origin->partition)));
  }
  add(to, "weir.origin.position", slice(std::to_string(record.position)));
}

}  // namespace

Headers headers_for(const Record& record, const HeaderRules& rules) {
  const bool keep = rules.keep && record.header_count != 0;
  if (!keep && rules.add.empty() && record.failure == nullptr) return {};
  Headers all(rd_kafka_headers_new(16));
  if (keep) {
    for (const auto& h : record.header_list()) add(all.get(), view(h.name), h.value);
  }
  for (const auto& [name, value] : rules.add) add(all.get(), name, slice(value));
  if (record.failure != nullptr) {
    add_failure(all.get(), *record.failure);
    if (record.origin != nullptr) add_origin(all.get(), record);
  }
  return all;
}

}  // namespace weir::kafka
