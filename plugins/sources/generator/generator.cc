// SPDX-License-Identifier: Apache-2.0
#include "sources/generator/generator.h"

#include <algorithm>
#include <limits>
#include <string>

#include "envelope/timestamp.h"

namespace weir::generator {
namespace {

/// The tasks divide the numbers among themselves, so positions mean the same only for the same number of
/// tasks.
std::string origin_name(const weir_place& place) {
  return place.tasks == 1 ? "sequence" : "sequence of " + std::to_string(place.tasks) + " tasks";
}

}  // namespace

void Generator::describe(Descriptor& d) {
  d.name("generator")
      .summary(
          "Makes records from a template, at a rate or as fast as possible: for demonstrations and "
          "measuring.")
      .example("ids: {plugin: generator, template: '{\"openid\": \"o{{hex 27}}\"}', count: 10000, seed: 7}")
      .port("out", Item::kRecords, "The records made; their event time is the time of making.")
      .ends()
      .rewinds();
  d.option("template", Type::kString,
           "The record's text, with placeholders: {{sequence}} counts from 1, {{random 1 100}} is a number "
           "of that "
           "range, {{hex 8}} so many hexadecimal digits, {{choice red green blue}} one of the words, {{now}} "
           "the time "
           "as 2026-01-02T03:04:05.678Z.")
      .required();
  d.option("count", Type::kInteger, "How many records are made by all tasks together; without it, no end.")
      .at_least(0);
  d.option("rate", Type::kNumber, "Records a second by all tasks together; 0: as fast as possible.")
      .default_value("0")
      .at_least(0);
  d.option("seed", Type::kInteger, "The same seed gives the same records, but for {{now}}.")
      .default_value("1");
}

Generator::Generator(const Options& options)
    : template_(options.string("template")),
      count_(options.has("count") ? static_cast<std::uint64_t>(options.integer("count"))
                                  : std::numeric_limits<std::uint64_t>::max()),
      rate_(options.number("rate")),
      seed_(static_cast<std::uint64_t>(options.integer("seed"))) {}

void Generator::restore(std::span<const weir_position> positions, Context& context) {
  const auto& place = context.place();
  const auto* mine = context.origin(origin_name(place), static_cast<std::int32_t>(place.task));
  for (const auto& position : positions) {
    if (view(position.origin->name) != view(mine->name)) other_division_ = position.origin;
    if (position.origin != mine) continue;
    // The first number of this task that is not below the position.
    const auto next = static_cast<std::uint64_t>(std::max<std::int64_t>(position.next, 1));
    const std::uint64_t first = place.task + 1;
    next_ = next <= first ? first : first + (next - first + place.tasks - 1) / place.tasks * place.tasks;
  }
}

void Generator::start(Context& context) {
  const auto& place = context.place();
  if (other_division_ != nullptr && context.saved_position(other_division_)) {
    throw Stop("other_tasks", "the checkpoint was made with another number of tasks ('" +
                                  std::string(view(other_division_->name)) + "'; now '" + origin_name(place) +
                                  "'), which had other records each; start it with as many tasks as then");
  }
  step_ = place.tasks;
  next_ = std::max<std::uint64_t>(next_, place.task + 1);
  origin_ = context.origin(origin_name(place), static_cast<std::int32_t>(place.task));
  rate_since_ = context.now().count();
}

/// How many records may be made now. What was missed is made up for, but no more than a second's worth.
std::uint64_t Generator::due(std::int64_t now) {
  if (rate_ == 0) return std::numeric_limits<std::uint64_t>::max();
  const double rate = rate_ / static_cast<double>(step_);
  const double most = rate + 1;
  const double owed = static_cast<double>(now - rate_since_) / 1000 * rate - static_cast<double>(made_since_);
  if (owed >= 0 && owed <= most) return static_cast<std::uint64_t>(owed);
  // Far behind, or the clock was set back: the counting begins anew.
  rate_since_ = owed < 0 ? now : now - static_cast<std::int64_t>(most / rate * 1000);
  made_since_ = 0;
  return owed < 0 ? 0 : static_cast<std::uint64_t>(most);
}

Source::Poll Generator::poll(Context& out, std::size_t budget) {
  if (budget == 0) return Poll::kMore;
  std::uint64_t next = next_.load(std::memory_order_relaxed);
  if (next > count_) return Poll::kEnd;
  arena_.begin_call();
  const std::int64_t now = out.now().count();
  std::string time;
  append_timestamp(now, time);
  Record record;
  record.origin = origin_;
  record.event_time = now;
  const std::uint64_t allowed = due(now);
  std::uint64_t made = 0;
  for (std::size_t bytes = 0; made < allowed && next <= count_ && bytes < budget; next += step_, ++made) {
    char* const start = arena_.room(out, template_.max_size());
    const auto size = static_cast<std::size_t>(template_.render(next, seed_, time, start) - start);
    arena_.use(size);
    record.value = {start, size};
    record.block = arena_.block();
    record.position = static_cast<std::int64_t>(next);
    out.emit(record);
    bytes += std::max<std::size_t>(size, 1);
  }
  made_since_ += made;
  next_.store(next, std::memory_order_relaxed);
  if (next > count_) return Poll::kEnd;
  return made == allowed ? Poll::kIdle : Poll::kMore;
}

double Generator::progress() const {
  if (count_ == std::numeric_limits<std::uint64_t>::max()) return -1;
  const auto made = std::min(next_.load(std::memory_order_relaxed) - 1, count_);
  return count_ == 0 ? 1 : static_cast<double>(made) / static_cast<double>(count_);
}

}  // namespace weir::generator

WEIR_PLUGIN(weir::generator::Generator);
