// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/record.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace weir::test {

// A record over bytes with exactly WEIR_PADDING more behind them, so that a sanitizer sees each read beyond.
// `filler` stands in the padding: what is read there must not matter.
class Padded {
 public:
  explicit Padded(std::string_view bytes, char filler = '\0') : memory_(bytes.size() + WEIR_PADDING, filler) {
    std::copy(bytes.begin(), bytes.end(), memory_.begin());
    record_.value = {memory_.data(), bytes.size()};
  }
  const Record& record() const { return record_; }

 private:
  std::vector<char> memory_;
  Record record_;
};

}  // namespace weir::test
