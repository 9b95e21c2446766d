// SPDX-License-Identifier: Apache-2.0
#include "shared_stages.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "test_stages.h"

namespace weir::test {
namespace {

nlohmann::json value_of(const Record& record) {
  return nlohmann::json::parse(record.bytes());
}

}  // namespace

void Shards::describe(Descriptor& d) {
  d.name("shards").rewinds().summary("Emits values, divided among tasks.").ends();
  d.port("out", Item::kRecords, "The values.");
  d.option("values", Type::kStringList, "What it emits.").required();
  d.option("partitions", Type::kInteger, "Over how many it spreads them.").required();
  d.option("each", Type::kInteger, "How many a poll.").default_value("1");
  d.option("stay", Type::kBool, "Do not end after the last value.").default_value("false");
}

Shards::Shards(const Options& options)
    : values_(options.strings("values")),
      partitions_(options.integer("partitions")),
      each_(options.integer("each")),
      stay_(options.boolean("stay")) {}

void Shards::start(Context& context) {
  const auto& place = context.place();
  name_ = std::string(view(place.stage)) + " " + std::to_string(place.task);
  for (std::int64_t p = place.task; p < partitions_; p += place.tasks) {
    const auto number = static_cast<std::int32_t>(p);
    Part part{context.origin("t", number), {}, restored_[number]};
    for (std::size_t i = static_cast<std::size_t>(p); i < values_.size();
         i += static_cast<std::size_t>(partitions_))
      part.values.push_back(values_[i]);
    parts_.push_back(std::move(part));
  }
}

void Shards::take_order(Context& out) {
  for (const auto& order : board().take_orders()) {
    const auto mine = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
      return order == "give up " + std::to_string(part.origin->partition);
    });
    if (mine == parts_.end()) {
      board().tell_source(order);  // another task's
      continue;
    }
    out.give_up(std::span(&mine->origin, 1), false);
    parts_.erase(mine);
    board().note("gave up");
  }
}

Source::Poll Shards::poll(Context& out, std::size_t budget) {
  take_order(out);
  if (budget == 0) return Poll::kIdle;
  if (board().is_closed(name_)) return Poll::kIdle;
  bool more = false;
  for (auto& part : parts_) {
    for (std::int64_t i = 0; i < each_; ++i) {
      const auto at = static_cast<std::size_t>(part.next);
      if (at >= part.values.size()) break;
      Record r = out.make(part.values[at]);
      r.origin = part.origin;
      r.position = part.next++;
      out.emit(r);
      more = true;
    }
  }
  return more ? Poll::kMore : stay_ ? Poll::kIdle : Poll::kEnd;
}

void Shards::commit(std::span<const weir_position> positions, Context&) {
  for (const auto& p : positions)
    board().note("commit " + std::to_string(p.origin->partition) + "=" + std::to_string(p.next));
}

void Shards::restore(std::span<const weir_position> positions, Context&) {
  for (const auto& p : positions) restored_[p.origin->partition] = p.next;
}

void Whose::describe(Descriptor& d) {
  d.name("whose")
      .summary("Tells which task has a record.")
      .keyed()
      .port("out", Item::kRecords, "The records.");
  d.option("gate", Type::kBool, "Wait at gates.").default_value("false");
}

void Whose::start(Context& context) {
  task_ = std::to_string(context.place().task);
}

void Whose::process(const Record& record, Context& out) {
  if (gated_ && !board().gate("task " + task_, interrupted_)) throw Stop("aborted", "interrupted");
  const auto value = value_of(record);
  if (value.contains("fail")) throw Stop("told", "it was told to fail");
  board().note(value["k"].get<std::string>() + " in task " + task_);
  out.emit(record);
}

void Whose::interrupt() {
  interrupted_ = true;
  board().wake_gates();
}

void Total::describe(Descriptor& d) {
  d.name("total").summary("Counts all.").stateful().port("out", Item::kRecords, "The count.");
}

void Total::start(Context& context) {
  const weir_state_options options{sizeof options, WEIR_VALUE_STATE, 0, 0, 0};
  state_ = context.host()->state_open(context.handle(), slice("total"), &options);
  task_ = std::to_string(context.place().task);
}

std::int64_t Total::count(const Context& c, std::int64_t more) const {
  std::size_t held = 0;
  std::int64_t n = 0;
  char* const at = c.host()->state_room(c.handle(), state_, kAbsent, 0, sizeof n, &held);
  std::memcpy(&n, at, sizeof n);
  n += more;
  std::memcpy(at, &n, sizeof n);
  return n;
}

void Total::process(const Record&, Context& out) {
  board().note("total in task " + task_);
  count(out, 1);
}

void Total::finish(Context& out) {
  if (const std::int64_t n = count(out, 0); n > 0) out.emit(out.make(std::to_string(n)));
}

void Held::describe(Descriptor& d) {
  d.name("held").summary("Lists until a time.").stateful().port("out", Item::kGroups, "The lists.");
}

void Held::process(const Batch& batch, Context& out) {
  for (std::size_t i = 0; i < batch.count; ++i) {
    const auto until = value_of(batch.items()[i])["until"].get<std::int64_t>();
    out.list_append(batch.key(i), until, batch.items().subspan(i, 1));
    out.set_event_timer(until, batch.key(i));
  }
}

void Held::on_timer(const weir_timer& timer, Context& out) {
  out.list_emit(Port{0}, timer.key, timer.time, std::chrono::milliseconds(0),
                std::chrono::milliseconds(timer.time));
}

void Joined::describe(Descriptor& d) {
  d.name("joined").summary("A group as a record.").port("out", Item::kRecords, "KEY: VALUES");
}

void Joined::process(const Group& group, Context& out) {
  std::string text = std::string(view(group.key)) + ":";
  for (const auto& record : group.items()) text += " " + std::to_string(value_of(record)["n"].get<int>());
  out.emit(out.make(text));
}

}  // namespace weir::test
