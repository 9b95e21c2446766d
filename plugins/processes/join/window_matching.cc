// SPDX-License-Identifier: Apache-2.0
#include "window_matching.h"

#include <algorithm>
#include <cstring>

#include "windowing/memory.h"
#include "windowing/open_state.h"
#include "windowing/window_options.h"

namespace weir::join {

namespace {

constexpr double kLongest = 36'525.0 * 86'400'000;

windowing::Calendar calendar_of(const Options& options) {
  const std::int64_t size = options.duration("size").count();
  const std::int64_t slide = options.has("slide") ? options.duration("slide").count() : size;
  if (slide > size) {
    throw OptionError("/slide", "records between the windows would find no partner; expected at most `size`");
  }
  for (const char* name : {"lower", "upper", "exclusive"}) {
    if (options.has(name)) {
      throw OptionError("/" + std::string(name),
                        "it belongs to a join by an interval; this one is by windows, of `size`");
    }
  }
  return windowing::read_calendar(options, size, slide);
}

}  // namespace

void WindowMatching::describe(Descriptor& d) {
  d.option(
       "size", Type::kDuration,
       "Instead of `lower` and `upper`: records are partners in each window of this size that holds both.")
      .shapes_state()
      .at_least(1)
      .at_most(kLongest);
  d.option("slide", Type::kDuration, "From the start of one window to that of the next; `size` if not given.")
      .shapes_state()
      .at_least(1)
      .at_most(kLongest);
  windowing::declare_zone(d);
  d.option("report_partly_late", Type::kBool,
           "With windows that overlap: records that are too late for some of them leave by `late_left` or "
           "`late_right` as well.");
}

WindowMatching::WindowMatching(const Options& options, PairOutput& output, KeptBytes& kept)
    : calendar_(calendar_of(options)),
      output_(output),
      kept_(kept),
      report_partly_late_(options.has("report_partly_late") && options.boolean("report_partly_late")) {
  if (options.has("report_partly_late") && calendar_.slide_units() == calendar_.size_units()) {
    throw OptionError(
        "/report_partly_late",
        "no record belongs to several windows: leave it out, or give a `slide` that is shorter than "
        "the `size`");
  }
  const std::int64_t windows = (calendar_.size_units() - 1) / calendar_.slide_units() + 1;
  kept.check_limit(list_bytes({"", 0}), windows);
}

void WindowMatching::start(Context& context) {
  lists_ = windowing::open_state(context, "lists", WEIR_VALUE_STATE);
  partly_late_ = context.counter("partly_late");
}

std::int64_t WindowMatching::furthest_time() const {
  return std::min(calendar_.furthest_time(),
                  windowing::kFurthestTime / 2);  // lists are numbered by twice that
}

void WindowMatching::take(Side side, const Record& record, Context& out) {
  const std::int64_t unit = calendar_.unit_of(record.event_time);
  const std::int64_t first = calendar_.first_window(unit), last = calendar_.last_window(unit);
  std::int64_t from = first;
  while (from <= last && calendar_.bounds(from).last() <= out.watermark()) from += calendar_.slide_units();
  if (from > last) return output_.late(side, record, out);
  if (!has_room(side, from, last, record, out)) return kept_.refuse(record, out);
  if (from != first) {
    partly_late_.add();
    if (report_partly_late_) output_.partly_late(side, record, calendar_.text_of(first, from), out);
  }
  for (auto window = from; window <= last; window += calendar_.slide_units()) add(side, window, record, out);
}

bool WindowMatching::has_room(Side side, std::int64_t from, std::int64_t last, const Record& record,
                              const Context& out) const {
  const std::int64_t windows = (last - from) / calendar_.slide_units() + 1;
  const std::int64_t of_key = KeptBytes::of_key(out.key()), of_list = list_bytes(out.key());
  // So far from the limit nobody needs to look.
  if (kept_.fits(of_key + windows * (of_list + KeptBytes::of(record)))) return true;
  std::int64_t more = (kept_.knows_key(out) ? 0 : of_key) + windows * KeptBytes::of(record);
  for (auto window = from; window <= last; window += calendar_.slide_units()) {
    if (out.host()->state_get(out.handle(), lists_, out.key(), list_of(window, side)).data == nullptr)
      more += of_list;
  }
  return kept_.fits(more);
}

void WindowMatching::add(Side side, std::int64_t window, const Record& record, Context& out) {
  const std::int64_t list = list_of(window, side);
  std::int64_t bytes = 0;
  const windowing::Room noted = windowing::room(out, lists_, out.key(), list, sizeof bytes);
  std::memcpy(&bytes, noted.at, sizeof bytes);
  const std::int64_t more = KeptBytes::of(record) + (noted.is_new ? list_bytes(out.key()) : 0);
  bytes += more;
  std::memcpy(noted.at, &bytes, sizeof bytes);
  out.list_append(out.key(), list, Records(&record, 1));
  out.set_event_timer(calendar_.bounds(window).last());
  kept_.add(out, more);
}

void WindowMatching::forget(Side side, std::int64_t window, Context& out) {
  const std::int64_t list = list_of(window, side);
  out.list_clear(out.key(), list);
  const weir_slice noted = out.host()->state_get(out.handle(), lists_, out.key(), list);
  if (noted.data == nullptr) return;
  std::int64_t bytes = 0;
  std::memcpy(&bytes, noted.data, sizeof bytes);
  out.host()->state_erase(out.handle(), lists_, out.key(), list);
  kept_.take(out, bytes);
}

std::int64_t WindowMatching::list_bytes(weir_slice key) {
  namespace memory = windowing::memory;
  return memory::entry(key, memory::kList + key.size + sizeof(std::int64_t)) + memory::timer(key);
}

void WindowMatching::on_time(std::int64_t time, Context& out) {
  calendar_.ending_with(time, [&](std::int64_t window) { emit(window, out); });
}

void WindowMatching::emit(std::int64_t window, Context& out) {
  const std::int64_t time = calendar_.bounds(window).last();
  const Records left = out.list(out.key(), list_of(window, Side::kLeft));
  const Records right = out.list(out.key(), list_of(window, Side::kRight));
  for (const Record& of_left : left) {
    for (const Record& of_right : right) output_.pair(of_left, of_right, time, out);
    if (right.empty()) output_.alone(Side::kLeft, of_left, time, out);
  }
  if (left.empty()) {
    for (const Record& of_right : right) output_.alone(Side::kRight, of_right, time, out);
  }
  out.hand_on();  // what was emitted may refer to the lists' memory
  forget(Side::kLeft, window, out);
  forget(Side::kRight, window, out);
}

}  // namespace weir::join
