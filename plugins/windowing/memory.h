// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/record.h>

#include <cstddef>
#include <cstdint>

namespace weir::windowing {

/// About what the host needs for each thing that a window holds there, besides the bytes that are given to
/// it: what `max_bytes` counts.
namespace memory {

constexpr std::size_t kEntry = 48;   ///< of a state's table
constexpr std::size_t kField = 128;  ///< of a state's map
constexpr std::size_t kList = 112;
constexpr std::size_t kTimer = 128;

inline std::int64_t entry(weir_slice key, std::size_t value) {
  return static_cast<std::int64_t>(kEntry + key.size + value);
}
inline std::int64_t timer(weir_slice key) {
  return static_cast<std::int64_t>(kTimer + key.size);
}

inline std::int64_t record(const Record& record) {
  std::size_t bytes = sizeof record + record.value.size + record.key.size;
  for (const weir_header& header : record.header_list())
    bytes += sizeof header + header.name.size + header.value.size;
  return static_cast<std::int64_t>(bytes);
}

}  // namespace memory
}  // namespace weir::windowing
