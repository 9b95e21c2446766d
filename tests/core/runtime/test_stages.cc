// SPDX-License-Identifier: Apache-2.0
#include "test_stages.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir::test {

using std::chrono::seconds;

bool Board::gate(const std::string& name, const std::atomic<bool>& interrupted) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !closed_[name] || interrupted; });
  return !interrupted;
}

bool Board::is_closed(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = closed_.find(name);
  return found != closed_.end() && found->second;
}

void Board::set_gate(const std::string& name, bool closed) {
  const std::lock_guard lock(mutex_);
  closed_[name] = closed;
  changed_.notify_all();
}

void Board::note(const std::string& event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
  changed_.notify_all();
}

std::vector<std::string> Board::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::vector<std::string> Board::events(const std::string& prefix) const {
  std::vector<std::string> found;
  for (const auto& event : events()) {
    if (event.starts_with(prefix)) found.push_back(event.substr(prefix.size()));
  }
  return found;
}

bool Board::wait_for(const std::function<bool(const std::vector<std::string>&)>& condition) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, seconds(20), [&] { return condition(events_); });
}

bool Board::wait_for(const std::string& event) const {
  return wait_for([&](const auto& all) { return std::find(all.begin(), all.end(), event) != all.end(); });
}

void Board::tell_source(const std::string& order) {
  const std::lock_guard lock(mutex_);
  orders_.push_back(order);
}

std::vector<std::string> Board::take_orders() {
  const std::lock_guard lock(mutex_);
  return std::exchange(orders_, {});
}

void Board::clear() {
  const std::lock_guard lock(mutex_);
  closed_.clear();
  events_.clear();
  orders_.clear();
}

Board& board() {
  static Board the_board;
  return the_board;
}

void Script::describe(Descriptor& d) {
  d.name("script").summary("Emits values.").ends().rewinds().port("out", Item::kRecords, "The values.");
  d.option("values", Type::kStringList, "What it emits.").required();
  d.option("each", Type::kInteger, "How many a poll.").default_value("100");
  d.option("forever", Type::kBool, "Begin again at the end.").default_value("false");
  d.option("stay", Type::kBool, "Do not end after the last value.").default_value("false");
  d.option("partitions", Type::kInteger, "Over how many it spreads them.").default_value("1");
  d.option("refuse_commits", Type::kInteger, "How many commits fail at first.").default_value("0");
}

Script::Script(const Options& options)
    : values_(options.strings("values")),
      each_(static_cast<std::size_t>(options.integer("each"))),
      forever_(options.boolean("forever")),
      stay_(options.boolean("stay")),
      partitions_(options.integer("partitions")),
      refuse_commits_(options.integer("refuse_commits")) {}

Source::Poll Script::poll(Context& out, std::size_t budget) {
  const auto* origin = out.origin("t", 0);
  for (const auto& order : board().take_orders()) {
    if (order == "give_up" || order == "lose") {
      board().note("gives up");
      out.give_up(std::span(&origin, 1), order == "lose");
      board().note("gave up");
    }
    if (order == "note") board().note(budget == 0 ? "asked for nothing" : "asked for records");
    if (order == "throw") throw Failure("broken", "the source is broken");
  }
  if (budget == 0) return Poll::kIdle;
  const auto n = static_cast<std::int64_t>(values_.size());
  for (std::size_t i = 0; i < each_; ++i) {
    if (!forever_ && next_ >= n) return stay_ ? Poll::kIdle : Poll::kEnd;
    Record r = out.make(values_[static_cast<std::size_t>(next_ % n)]);
    r.origin = partitions_ == 1 ? origin : out.origin("t", static_cast<std::int32_t>(next_ % partitions_));
    r.position = next_++;
    out.emit(r);
  }
  return Poll::kMore;
}

void Script::commit(std::span<const weir_position> positions, Context&) {
  if (refuse_commits_ > 0) {
    --refuse_commits_;
    board().note("refused");
    throw Failure("busy", "not now");
  }
  for (const auto& p : positions) {
    board().note("commit " + std::string(view(p.origin->name)) + "/" + std::to_string(p.origin->partition) +
                 "=" + std::to_string(p.next));
  }
}

void Script::restore(std::span<const weir_position> positions, Context&) {
  for (const auto& p : positions) next_ = p.next;
}

void Marker::describe(Descriptor& d) {
  d.name("mark")
      .summary("Marks values.")
      .port("out", Item::kRecords, "Marked.")
      .port("side", Item::kRecords, "Others.");
  d.option("gate", Type::kBool, "Wait at gates.").default_value("false");
  d.option("bare", Type::kBool, "Do not mark.").default_value("false");
}

Marker::Marker(const Options& options) : gated_(options.boolean("gate")), bare_(options.boolean("bare")) {}

void Marker::process(const Record& record, Context& out) {
  const std::string value(record.bytes());
  if (gated_) {
    board().note("asked " + value);
    if (!board().gate(value, interrupted_)) throw Stop("aborted", "interrupted");
  }
  if (value == "bad") throw Failure("bad", "it is bad");
  if (value == "throw") throw std::runtime_error("thrown");
  if (value == "stop") throw Stop("stop", "it says stop");
  if (value == "side") return out.fail(kSide, record, "aside", "it goes aside");
  out.emit(out.with_value(record, bare_ ? value : value + "!"));
}

void Marker::interrupt() {
  interrupted_ = true;
  board().wake_gates();
}

void SlowMarker::describe(Descriptor& d) {
  Marker::describe(d);
  d.name("slow_mark").blocks().concurrent();
}

void Keep::describe(Descriptor& d) {
  d.name("keep").summary("Notes what it gets.");
  d.option("refuse", Type::kString, "A value that it refuses.").default_value("");
  d.option("times", Type::kBool, "Note event times.").default_value("false");
}

Keep::Keep(const Options& options) : refuse_(options.string("refuse")), times_(options.boolean("times")) {}

void Keep::start(Context& context) {
  name_ = view(context.place().stage);
}

void Keep::write(Records records, Context& out) {
  for (const auto& r : records) {
    if (!refuse_.empty() && r.bytes() == refuse_) {
      out.fail(Port::kError, r, "refused", "the sink refuses it");
      continue;
    }
    std::string event = name_ + " got " + std::string(r.bytes());
    if (times_ && r.has_time()) event += " @" + std::to_string(r.event_time);
    if (r.failure != nullptr) {
      event += " (" + std::string(view(r.failure->stage)) + "." + std::string(view(r.failure->port)) + " " +
               std::string(view(r.failure->code)) + " " + std::to_string(r.failure->attempts) + ")";
    }
    board().note(event);
  }
}

void Keep::flush(Context&) {
  board().note(name_ + " flushed");
}

void SlowKeep::describe(Descriptor& d) {
  Keep::describe(d);
  d.name("slow_keep").blocks();
}

void SlowKeep::start(Context& context) {
  name_ = view(context.place().stage);
  keep_.start(context);
}

void SlowKeep::write(Records records, Context& out) {
  if (!board().gate(name_, interrupted_)) throw Stop("aborted", "interrupted");
  keep_.write(records, out);
}

void SlowKeep::interrupt() {
  interrupted_ = true;
  board().wake_gates();
}

void Pairs::describe(Descriptor& d) {
  d.name("pairs").summary("Groups.").port("out", Item::kGroups, "The groups.");
  d.option("count", Type::kInteger, "How many.").default_value("2");
}

void Pairs::process(const Batch& batch, Context& out) {
  for (std::size_t i = 0; i < batch.count; ++i) {
    if (out.list_append(batch.key(i), 0, batch.items().subspan(i, 1)) >= count_) {
      out.list_emit(Port{0}, batch.key(i), 0, {}, {});
    }
  }
}

void Pairs::finish(Context& out) {
  out.list_emit(Port{0}, kAbsent, 0, {}, {});
}

void Typed::describe(Descriptor& d) {
  d.name("typed").summary("Objects with an age.");
  d.port("out", Item::kRecords, "Ages.",
         R"({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]})");
  d.port("groups", Item::kGroups, "Groups.");
}

void Typed::process(const Record& record, Context& out) {
  const char first = record.bytes().empty() ? ' ' : record.bytes().front();
  if (first == '!') {
    out.emit_group(kOut, Group{{sizeof(weir_group), 0, kAbsent, 0, 0, &record, 1}});
  } else {
    out.emit(first == '?' ? kGroups : kOut, record);
  }
}

void SlowTyped::describe(Descriptor& d) {
  Typed::describe(d);
  d.name("slow_typed").blocks().concurrent();
}

}  // namespace weir::test
