// SPDX-License-Identifier: Apache-2.0
#include "testing/sample.h"

#include <weir/host_memory.h>
#include <weir/record.h>

#include <algorithm>
#include <new>

namespace weir {
namespace {

std::optional<std::string> text_of(weir_slice s) {
  return s.data == nullptr ? std::nullopt : std::optional(std::string(view(s)));
}

}  // namespace

SampleRecord sample_of(const weir_record& r) {
  SampleRecord sample;
  sample.value = text_of(r.value);
  sample.key = text_of(r.key);
  for (std::uint32_t i = 0; i < r.header_count; ++i) {
    sample.headers.emplace_back(view(r.headers[i].name), view(r.headers[i].value));
  }
  sample.time = r.event_time;
  sample.position = r.position;
  if (r.failure != nullptr) {
    sample.code = view(r.failure->code);
    sample.message = view(r.failure->message);
    sample.attempts = r.failure->attempts;
  }
  if (r.origin != nullptr) {
    sample.origin = view(r.origin->name);
    sample.source = view(r.origin->source);
    sample.partition = r.origin->partition;
  }
  return sample;
}

SampleGroup sample_of(const weir_group& g) {
  SampleGroup sample{text_of(g.key), g.start, g.end, {}};
  for (std::size_t i = 0; i < g.count; ++i) sample.records.push_back(sample_of(g.records[i]));
  return sample;
}

weir_record record_of(const SampleRecord& sample, const weir_origin* origin) {
  // The headers stand first, where the block is aligned for them.
  std::size_t size = sample.headers.size() * sizeof(weir_header);
  size += sample.value.value_or("").size() + sample.key.value_or("").size();
  for (const auto& [name, value] : sample.headers) size += name.size() + value.size();
  char* at = nullptr;
  weir_block* block = host_memory::block_new(size, &at);
  if (block == nullptr) throw std::bad_alloc();
  auto* headers = reinterpret_cast<weir_header*>(at);
  at += sample.headers.size() * sizeof(weir_header);
  const auto put = [&at](const std::string& text) {
    const weir_slice slice{at, text.size()};
    at = std::copy(text.begin(), text.end(), at);
    return slice;
  };
  Record record;
  record.block = block;
  record.origin = origin;
  record.headers = headers;
  record.header_count = static_cast<std::uint32_t>(sample.headers.size());
  for (std::size_t i = 0; i < sample.headers.size(); ++i) {
    headers[i] = {put(sample.headers[i].first), put(sample.headers[i].second)};
  }
  if (sample.key) record.key = put(*sample.key);
  if (sample.value) record.value = put(*sample.value);
  record.event_time = sample.time;
  record.position = sample.position;
  return record;
}

}  // namespace weir
