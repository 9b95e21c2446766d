// SPDX-License-Identifier: Apache-2.0
//
// Items of a test as records of the boundary. Included by testing.h.
#pragma once

#include <weir/abi.h>
#include <weir/host_memory.h>
#include <weir/record.h>
#include <weir/testing_host.h>
#include <weir/testing_items.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace weir::testing {

/// The records of one call, over copied bytes. They live as long as this, or as the plugin keeps them.
class CallRecords {
 public:
  CallRecords(weir_context& context, const std::vector<Item>& items) : context_(context) {
    for (const Item& item : items) records_.push_back(record_of(item));
  }
  CallRecords(const CallRecords&) = delete;
  CallRecords& operator=(const CallRecords&) = delete;
  ~CallRecords() { host_memory::release(records_.data(), records_.size()); }

  const weir_record* data() const { return records_.data(); }
  std::size_t size() const { return records_.size(); }

 private:
  weir_record record_of(const Item& item) {
    std::size_t size = item.value.value_or("").size() + item.key.value_or("").size() +
                       (item.headers.size() + 1) * sizeof(weir_header);
    for (const auto& [name, value] : item.headers) size += name.size() + value.size();
    char* p = nullptr;
    weir_block* block = host_memory::block_new(size, &p);
    auto* headers = reinterpret_cast<weir_header*>(p);
    p += item.headers.size() * sizeof(weir_header);
    const auto put = [&p](const std::string& s) {
      std::memcpy(p, s.data(), s.size());
      const weir_slice to{p, s.size()};
      p += s.size();
      return to;
    };
    for (std::size_t i = 0; i < item.headers.size(); ++i) {
      headers[i] = {put(item.headers[i].first), put(item.headers[i].second)};
    }
    Record r;
    r.block = block;
    r.headers = headers;
    r.header_count = static_cast<std::uint32_t>(item.headers.size());
    if (item.key) r.key = put(*item.key);
    if (item.value) r.value = put(*item.value);
    r.event_time = item.event_time;
    r.position = item.position;
    if (!item.origin.empty()) r.origin = host().origin(&context_, slice(item.origin), item.partition);
    if (item.attempts == 0) return r;
    weir_record failed =
        host_memory::with_failure(r, {context_.stage_name, "out", item.code, item.message}, item.last_time);
    host_memory::release(&r, 1);
    auto* failure = const_cast<weir_failure*>(failed.failure);
    failure->attempts = item.attempts;
    failure->first_time = item.first_time;
    return failed;
  }

  weir_context& context_;
  std::vector<weir_record> records_;
};

}  // namespace weir::testing
