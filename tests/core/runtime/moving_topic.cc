// SPDX-License-Identifier: Apache-2.0
#include "moving_topic.h"

#include <algorithm>
#include <chrono>

#include "base/partitioner.h"
#include "test_stages.h"

namespace weir::test {

MovingTopic& moving_topic() {
  static MovingTopic topic;
  return topic;
}

void MovingTopic::begin_anew(std::uint32_t partitions) {
  const std::lock_guard lock(mutex_);
  partitions_.assign(partitions, {});
}

void MovingTopic::put(const std::string& key, const std::string& more) {
  put_into(partition_of(key, partitions(), Partitioner::kMurmur2), "{\"k\":\"" + key + "\"" + more + "}");
}

void MovingTopic::put_into(std::int32_t partition, const std::string& value) {
  const std::lock_guard lock(mutex_);
  partitions_[static_cast<std::size_t>(partition)].values.push_back(value);
}

void MovingTopic::assign(std::int32_t partition, const std::string& member) {
  const std::lock_guard lock(mutex_);
  partitions_[static_cast<std::size_t>(partition)].wanted_by = member;
}

void MovingTopic::take_from(std::int32_t partition, const std::string& member) {
  const std::lock_guard lock(mutex_);
  auto& p = partitions_[static_cast<std::size_t>(partition)];
  p.lost_by = p.held_by;
  p.held_by.clear();
  p.wanted_by = member;
}

void MovingTopic::go_and_come(std::int32_t partition) {
  const std::lock_guard lock(mutex_);
  partitions_[static_cast<std::size_t>(partition)].goes = true;
}

bool MovingTopic::wait_until_settled() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(20), [&] {
    return std::all_of(partitions_.begin(), partitions_.end(), [](const auto& p) {
      return p.lost_by.empty() && !p.goes && p.held_by == p.wanted_by;
    });
  });
}

void MovingTopic::grow(std::uint32_t partitions) {
  const std::lock_guard lock(mutex_);
  partitions_.resize(partitions);
}

std::uint32_t MovingTopic::partitions() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint32_t>(partitions_.size());
}

std::vector<std::int32_t> MovingTopic::to_give_up(const std::string& member,
                                                  const std::vector<std::int32_t>& has, bool lost) {
  const std::lock_guard lock(mutex_);
  std::vector<std::int32_t> list;
  for (const std::int32_t number : has) {
    const auto& p = partitions_[static_cast<std::size_t>(number)];
    if (lost ? p.lost_by == member : p.held_by == member && (p.goes || p.wanted_by != member))
      list.push_back(number);
  }
  return list;
}

std::vector<std::int32_t> MovingTopic::to_take(const std::string& member) {
  const std::lock_guard lock(mutex_);
  std::vector<std::int32_t> list;
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    auto& p = partitions_[i];
    if (p.wanted_by != member || !p.held_by.empty() || p.lost_by == member) continue;
    p.held_by = member;
    list.push_back(static_cast<std::int32_t>(i));
  }
  changed_.notify_all();
  return list;
}

void MovingTopic::gave_up(std::int32_t partition) {
  const std::lock_guard lock(mutex_);
  auto& p = partitions_[static_cast<std::size_t>(partition)];
  (p.lost_by.empty() ? p.held_by : p.lost_by).clear();
  p.goes = false;
  changed_.notify_all();
}

bool MovingTopic::next(std::int32_t partition, std::int64_t position, std::string& value) const {
  const std::lock_guard lock(mutex_);
  const auto& values = partitions_[static_cast<std::size_t>(partition)].values;
  if (position >= static_cast<std::int64_t>(values.size())) return false;
  value = values[static_cast<std::size_t>(position)];
  return true;
}

void Moving::describe(Descriptor& d) {
  d.name("moving").summary("Reads partitions that move.").rewinds().shares_partitions();
  d.port("out", Item::kRecords, "The values.");
  d.option("member", Type::kString, "Its name in the group.").required();
}

void Moving::start(Context& out) {
  member_ += "/" + std::to_string(out.place().task);
}

Source::Poll Moving::poll(Context& out, std::size_t budget) {
  pass(member_);
  give_up(out, true);
  give_up(out, false);
  take_over(out);
  if (budget == 0) return Poll::kIdle;
  bool more = false;
  for (auto& [partition, next] : next_) {
    std::string value;
    if (!moving_topic().next(partition, next, value)) continue;
    Record r = out.make(value);
    r.origin = out.origin("t", partition);
    r.position = next++;
    out.emit(r);
    more = true;
  }
  return more ? Poll::kMore : Poll::kIdle;
}

void Moving::commit(std::span<const weir_position> positions, Context&) {
  for (const auto& p : positions)
    board().note("commit " + std::to_string(p.origin->partition) + "=" + std::to_string(p.next));
}

void Moving::interrupt() {
  interrupted_ = true;
  board().wake_gates();
}

void Moving::pass(const std::string& gate) {
  if (!board().gate(gate, interrupted_)) throw Stop("aborted", "interrupted");
}

void Moving::give_up(Context& out, bool lost) {
  std::vector<std::int32_t> has;
  for (const auto& [partition, next] : next_) has.push_back(partition);
  for (const std::int32_t partition : moving_topic().to_give_up(member_, has, lost)) {
    const weir_origin* const origin = out.origin("t", partition);
    board().note("gives up " + std::to_string(partition));
    out.give_up(std::span(&origin, 1), lost);
    next_.erase(partition);
    moving_topic().gave_up(partition);
  }
}

void Moving::take_over(Context& out) {
  for (const std::int32_t partition : moving_topic().to_take(member_)) {
    const weir_origin* const origin = out.origin("t", partition);
    if (out.keeps_by_partition() && !out.take_over(std::span(&origin, 1), moving_topic().partitions()))
      throw Stop("take_over", "it cannot be");
    board().note(member_ + " took " + std::to_string(partition));
    pass(member_ + " reads");
    next_[partition] = out.saved_position(origin).value_or(0);
  }
}

}  // namespace weir::test
