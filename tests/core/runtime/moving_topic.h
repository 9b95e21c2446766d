// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace weir::test {

/// A topic with a consumer group of its own, outside of all pipelines: which member reads which partition is
/// what the test says. Thread-safe.
class MovingTopic {
 public:
  void begin_anew(std::uint32_t partitions);
  /// JSON with the field `k`, put into the partition of that key as Kafka's Java clients do.
  void put(const std::string& key, const std::string& more = "");
  void put_into(std::int32_t partition, const std::string& value);
  /// That member is to have the partition; the one that has it gives it up first.
  void assign(std::int32_t partition, const std::string& member);
  /// The same, but who has it learns only afterwards that it is lost.
  void take_from(std::int32_t partition, const std::string& member);
  /// Whoever has the partition gives it up and takes it again.
  void go_and_come(std::int32_t partition);
  /// Waits until the member has all of the partitions that are its own; false after 20 s.
  bool wait_until_settled();
  /// The topic has grown.
  void grow(std::uint32_t partitions);

  // -- for the source --
  std::uint32_t partitions() const;
  std::vector<std::int32_t> to_give_up(const std::string& member, const std::vector<std::int32_t>& has,
                                       bool lost);
  std::vector<std::int32_t> to_take(const std::string& member);
  void gave_up(std::int32_t partition);
  /// The next value, if there is one.
  bool next(std::int32_t partition, std::int64_t position, std::string& value) const;

 private:
  struct Partition {
    std::vector<std::string> values;
    std::string wanted_by, held_by;
    std::string lost_by;
    bool goes = false;  ///< to be given up even if it is to stay
  };
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Partition> partitions_;
};

MovingTopic& moving_topic();

/// Source `moving`: a member of the group, "MEMBER/TASK". Notes "commit PARTITION=NEXT", "gives up PARTITION"
/// and "MEMBER/TASK took PARTITION". Each poll passes the gate "MEMBER/TASK", and a partition that was taken
/// is read behind the gate "MEMBER/TASK reads".
class Moving final : public Source {
 public:
  static void describe(Descriptor& d);
  explicit Moving(const Options& options) : member_(options.string("member")) {}
  void start(Context& out) override;
  Poll poll(Context& out, std::size_t budget) override;
  void commit(std::span<const weir_position> positions, Context&) override;
  void interrupt() override;

 private:
  void pass(const std::string& gate);
  void give_up(Context& out, bool lost);
  void take_over(Context& out);

  std::string member_;
  std::map<std::int32_t, std::int64_t> next_;  // by partition
  std::atomic<bool> interrupted_{false};
};

}  // namespace weir::test
