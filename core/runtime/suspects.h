// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "checkpoint/origins.h"

namespace weir {

/// Records that a stage had on hand when it crashed the process, in earlier runs. Such a record reaches the
/// stage alone, so that the next crash tells which one it is; and one that was alone, and on hand in
/// `poison_after` crashes, is set aside. Read-only once it is loaded, so any thread may ask.
class Suspects {
 public:
  enum class Verdict { kNone, kAlone, kPoison };

  /// How far an origin has been saved, if it has.
  using FindSaved = std::function<std::optional<std::int64_t>(const weir_origin*)>;

  /// Reads what CrashNotes has written to `file`, but what is behind the saved positions. 0 for
  /// `poison_after`: nothing is ever set aside. Returns what counts, as it stands in the file.
  std::string load(const std::string& file, std::size_t poison_after, Origins& origins,
                   const FindSaved& saved);
  /// The same, and keeps nothing else in the file, unless another process has it open for its notes. Returns
  /// an empty string, or what went wrong.
  std::string load_and_clear(const std::string& file, std::size_t poison_after, Origins& origins,
                             const FindSaved& saved);

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
