// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>
#include <weir/record.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

namespace weir {

/// All origins of a job: the same pointer for the same source, name and partition, valid as long as this
/// object. Thread-safe.
class Origins {
 public:
  const weir_origin* get(std::string_view source, std::string_view name, std::int32_t partition) {
    const std::lock_guard lock(mutex_);
    auto& entry = origins_[{std::string(source), std::string(name), partition}];
    if (entry == nullptr) {
      entry = std::make_unique<Entry>();
      entry->source = source;
      entry->name = name;
      entry->origin = {sizeof(weir_origin), partition, slice(entry->source), slice(entry->name)};
    }
    return &entry->origin;
  }

 private:
  struct Entry {
    std::string source, name;
    weir_origin origin{};
  };
  std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, std::int32_t>, std::unique_ptr<Entry>> origins_;
};

}  // namespace weir
