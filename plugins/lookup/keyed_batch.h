// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::lookup {

/// Records that are looked up together: the keys they ask for, each once, and what becomes of every record.
/// Used for one lot of records after the other, for its memory. One thread.
class KeyedBatch {
 public:
  /// Forgets everything. `records` must stay valid until emit().
  void start(Records records);
  /// Record number `record` asks for `key`, which is copied. Whether it is the first one to do so; keys are
  /// numbered from 0 in that order.
  bool add(std::size_t record, std::string_view key);

  std::size_t keys() const { return keys_.size(); }
  const std::string& key(std::size_t number) const { return keys_[number].text; }
  /// The number of a key, if it is one of [begin, end); `end` otherwise. Fast where keys are looked for in
  /// their order.
  std::size_t find(std::size_t begin, std::size_t end, std::string_view key);

  /// Calls f(std::size_t record, const Record&) for the records that ask for that key.
  template <class F>
  void each_record(std::size_t key, F&& f) const {
    for (std::uint32_t r = keys_[key].first_record;; r = outcomes_[r].next) {
      f(std::size_t{r}, records_[r]);
      if (r == keys_[key].last_record) return;
    }
  }

  /// Record number `record` leaves as `result` by `port`.
  void answer(std::size_t record, Port port, const Record& result);
  /// It leaves as it came, with a reason.
  void fail(std::size_t record, Port port, std::string_view code, std::string_view message);
  /// The same for all records of keys [begin, end).
  void fail_keys(std::size_t begin, std::size_t end, Port port, std::string_view code,
                 std::string_view message);
  /// Nothing is known any more of keys [begin, end).
  void forget_keys(std::size_t begin, std::size_t end);

  /// Emits every record of the lot, in order within each port. Those that nothing is known of leave by
  /// `unanswered` with this reason.
  void emit(Context& out, Port unanswered, std::string_view code, std::string_view message) const;

 private:
  enum class State : std::uint8_t { kUnknown, kAnswered, kFailed };
  struct Key {
    std::string text;
    std::uint32_t first_record, last_record;
  };
  struct Outcome {
    State state = State::kUnknown;
    std::uint32_t next = 0;    // record of the same key
    std::uint32_t reason = 0;  // of kFailed
    Port port{0};              // of kAnswered
    Record result;
  };
  struct Reason {
    Port port;
    std::string code, message;
  };

  std::uint32_t add_reason(Port port, std::string_view code, std::string_view message);
  void set_failed(std::size_t record, std::uint32_t reason);

  Records records_;
  std::vector<Outcome> outcomes_;  // of each record
  std::vector<Key> keys_;
  std::unordered_map<std::string_view, std::size_t> numbers_;  // of keys
  std::vector<Reason> reasons_;
  std::size_t expected_ = 0;  // the key that should be looked for next
};

}  // namespace weir::lookup
