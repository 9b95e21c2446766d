// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace weir {

using SampleHeaders = std::vector<std::pair<std::string, std::string>>;

/// A record that went by, with bytes of its own.
struct SampleRecord {
  std::optional<std::string> value, key;
  SampleHeaders headers;
  std::int64_t time = WEIR_NO_TIME;
  std::string code, message;  ///< of a record that has failed
  std::uint32_t attempts = 0;
  std::string origin;  ///< empty: of no source
  std::string source;  ///< the stage that it is of
  std::int32_t partition = -1;
  std::int64_t position = -1;

  bool operator==(const SampleRecord&) const = default;
};

struct SampleGroup {
  std::optional<std::string> key;
  std::int64_t start = 0, end = 0;
  std::vector<SampleRecord> records;
};

using Sample = std::variant<SampleRecord, SampleGroup>;

SampleRecord sample_of(const weir_record& record);
SampleGroup sample_of(const weir_group& group);

/// A record of the boundary with the sample's bytes, in a block of its own. The caller owns one reference.
/// `origin` may be null. Failure and origin's name are not taken over.
weir_record record_of(const SampleRecord& sample, const weir_origin* origin);

}  // namespace weir
