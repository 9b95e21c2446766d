// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "checkpoint/origins.h"
#include "checkpoint/saved_positions.h"

namespace weir {

/// Records that a stage had on hand when it crashed the process, in earlier runs. Such a record reaches the
/// stage alone, so that the next crash tells which one it is; and one that was alone, and on hand in
/// `poison_after` crashes, is set aside. Read-only once it is loaded, so any thread may ask.
class Suspects {
 public:
  enum class Verdict { kNone, kAlone, kPoison };

  /// Reads what CrashNotes has written to `file`, and keeps in it what is not behind the saved positions.
  /// Returns an empty string, or what went wrong. 0 for `poison_after`: nothing is ever set aside.
  std::string load(const std::string& file, std::size_t poison_after, Origins& origins,
                   const SavedPositions& saved);

  bool none() const { return crashes_.empty(); }
  Verdict verdict(const std::string& stage, const weir_record& record) const;
  /// Of one that is poison, for people.
  std::string reason(const std::string& stage, const weir_record& record) const;

 private:
  using Id = std::tuple<std::string, const weir_origin*, std::int64_t>;  // stage, origin, position
  struct Crashes {
    std::size_t count = 0;
    bool alone = false;  ///< in the last of them
    int signal = 0;
  };

  const Crashes* find(const std::string& stage, const weir_record& record) const;

  std::map<Id, Crashes> crashes_;
  std::size_t poison_after_ = 0;
};

}  // namespace weir
