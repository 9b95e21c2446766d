// SPDX-License-Identifier: Apache-2.0
#include "state/record_snapshot.h"

#include <vector>

namespace weir {
namespace {

void save_failure(SnapshotWriter& to, const weir_failure* failure) {
  to.number(failure == nullptr ? 0 : 1);
  if (failure == nullptr) return;
  to.number(failure->attempts);
  for (const weir_slice& part : {failure->stage, failure->port, failure->code, failure->message})
    to.slice(part);
  to.time(failure->first_time);
  to.time(failure->last_time);
}

}  // namespace

void save_origin(SnapshotWriter& to, const weir_origin* origin) {
  to.number(origin == nullptr ? 0 : 1);
  if (origin == nullptr) return;
  to.slice(origin->source);
  to.slice(origin->name);
  to.time(origin->partition);
}

const weir_origin* load_origin(SnapshotReader& from, const FindOrigin& origins) {
  if (from.number() == 0) return nullptr;
  const weir_slice source = from.slice();
  const weir_slice name = from.slice();
  const auto partition = static_cast<std::int32_t>(from.time());
  return origins({source.data, source.size}, {name.data, name.size}, partition);
}

void save_record(SnapshotWriter& to, const weir_record& record) {
  to.slice(record.value);
  to.slice(record.key);
  to.time(record.position);
  to.time(record.event_time);
  to.number(record.header_count);
  for (std::uint32_t i = 0; i < record.header_count; ++i) {
    to.slice(record.headers[i].name);
    to.slice(record.headers[i].value);
  }
  save_origin(to, record.origin);
  save_failure(to, record.failure);
}

void load_record(SnapshotReader& from, const FindOrigin& origins, OwnedRecords& into) {
  weir_record record{};
  record.value = from.slice();
  record.key = from.slice();
  record.position = from.time();
  record.event_time = from.time();
  std::vector<weir_header> headers(from.number());
  for (auto& header : headers) {
    header.name = from.slice();
    header.value = from.slice();
  }
  record.headers = headers.data();
  record.header_count = static_cast<std::uint32_t>(headers.size());
  record.origin = load_origin(from, origins);
  weir_failure failure{};
  if (from.number() != 0) {
    failure.size = sizeof failure;
    failure.attempts = static_cast<std::uint32_t>(from.number());
    for (weir_slice* part : {&failure.stage, &failure.port, &failure.code, &failure.message}) {
      *part = from.slice();
    }
    failure.first_time = from.time();
    failure.last_time = from.time();
    record.failure = &failure;
  }
  into.append_copy(record);
}

}  // namespace weir
