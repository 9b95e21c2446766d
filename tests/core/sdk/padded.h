// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/record.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace weir::test {

// A record over bytes with exactly WEIR_PADDING more behind them, so that a sanitizer sees each read beyond.
// `filler` stands in the padding: what is read there must not matter.
class Padded {
 public:
  explicit Padded(std::string_view bytes, char filler = '\0')
      : memory_(std::make_unique<char[]>(bytes.size() + WEIR_PADDING)) {
    std::memset(memory_.get(), filler, bytes.size() + WEIR_PADDING);
    if (!bytes.empty()) std::memcpy(memory_.get(), bytes.data(), bytes.size());
    record_.value = {memory_.get(), bytes.size()};
  }
  const Record& record() const { return record_; }

 private:
  std::unique_ptr<char[]> memory_;
  Record record_;
};

}  // namespace weir::test
