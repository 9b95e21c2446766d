// SPDX-License-Identifier: Apache-2.0
#include "time_or_count.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace weir::time_or_count {

void TimeOrCount::describe(Descriptor& d) {
  d.name("time_or_count")
      .summary("Lists of records: after a time from the first one, or at a count, whichever is first.")
      .example("batch: {plugin: time_or_count, from: parse, time: 5s, count: 100}")
      .port("out", Item::kGroups,
            "The lists. Their bounds are the times of the first record and of the emission.");
  d.option(
       "time", Type::kDuration,
       "How long after its first record a list is emitted, full or not; with `key:` there is a list for each "
       "key.")
      .default_value("5s")
      .at_least(1);
  d.option("count", Type::kInteger, "How many records make a list full, of one key where there is a `key:`.")
      .default_value("100")
      .at_least(1);
  d.option("max_bytes", Type::kSize,
           "How many bytes of values and keys make a list leave before it is full; each list for itself.")
      .default_value("64MiB")
      .at_least(1);
}

TimeOrCount::TimeOrCount(const Options& options)
    : time_(options.duration("time")),
      count_(static_cast<std::size_t>(options.integer("count"))),
      max_bytes_(options.size("max_bytes")) {}

void TimeOrCount::start(Context& context) {
  by_count_ = context.counter("lists_by_count");
  by_bytes_ = context.counter("lists_by_bytes");
  by_time_ = context.counter("lists_by_time");
  by_end_ = context.counter("lists_by_end");
}

void TimeOrCount::process(const Batch& batch, Context& out) {
  const Records records = batch.items();
  for (std::size_t i = 0; i < records.size();) {
    // Neighbours with the same key go in together.
    std::size_t run = batch.keys == nullptr ? records.size() : 1;
    while (i + run < records.size() && view(batch.key(i + run)) == view(batch.key(i))) ++run;
    add(batch.key(i), records.subspan(i, run), out);
    i += run;
  }
}

void TimeOrCount::add(weir_slice key, Records records, Context& out) {
  const std::string name(view(key));
  while (!records.empty()) {
    List& list = open_[name];
    const std::size_t most = std::min(records.size(), count_ - list.size);
    std::size_t fits = 0;
    std::size_t bytes = 0;
    while (fits < most && list.bytes + bytes < max_bytes_) {
      bytes += records[fits].value.size + records[fits].key.size;
      ++fits;
    }
    list.size = out.list_append(key, 0, records.first(fits));
    list.bytes = list.size == fits ? bytes : list.bytes + bytes;
    // The first records of a list, or of one that the host has emptied because its records went to another
    // process.
    if (list.size == fits) {
      if (list.start.count() != 0) out.delete_timer(list.start + time_, key);
      list.start = out.now();
      out.set_timer(list.start + time_, key);
    }
    if (list.size >= count_ || list.bytes >= max_bytes_) {
      out.delete_timer(list.start + time_, key);
      (list.size >= count_ ? by_count_ : by_bytes_).add();
      emit(key, list.start, out);
    }
    records = records.subspan(fits);
  }
}

void TimeOrCount::emit(weir_slice key, std::chrono::milliseconds start, Context& out) {
  open_.erase(std::string(view(key)));
  out.list_emit(kOut, key, 0, start, out.now());
}

void TimeOrCount::on_timer(const weir_timer& timer, Context& out) {
  const auto found = open_.find(std::string(view(timer.key)));
  if (found == open_.end() || (found->second.start + time_).count() != timer.time) return;
  by_time_.add();
  emit(timer.key, found->second.start, out);
}

void TimeOrCount::finish(Context& out) {
  const auto open = std::exchange(open_, {});
  for (const auto& [name, list] : open) {
    by_end_.add();
    emit(name.empty() ? kAbsent : slice(name), list.start, out);
  }
}

}  // namespace weir::time_or_count
