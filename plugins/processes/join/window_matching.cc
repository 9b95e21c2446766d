// SPDX-License-Identifier: Apache-2.0
#include "window_matching.h"

#include <algorithm>

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
}

WindowMatching::WindowMatching(const Options& options, PairOutput& output)
    : calendar_(calendar_of(options)), output_(output) {}

std::int64_t WindowMatching::furthest_time() const {
  return std::min(calendar_.furthest_time(),
                  windowing::kFurthestTime / 2);  // lists are numbered by twice that
}

void WindowMatching::take(Side side, const Record& record, Context& out) {
  const std::int64_t unit = calendar_.unit_of(record.event_time);
  bool taken = false;
  for (auto window = calendar_.first_window(unit); window <= calendar_.last_window(unit);
       window += calendar_.slide_units()) {
    const std::int64_t last = calendar_.bounds(window).last();
    if (last <= out.watermark()) continue;
    taken = true;
    out.list_append(out.key(), list_of(window, side), Records(&record, 1));
    out.set_event_timer(last);
  }
  if (!taken) output_.late(side, record, out);
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
  out.list_clear(out.key(), list_of(window, Side::kLeft));
  out.list_clear(out.key(), list_of(window, Side::kRight));
}

}  // namespace weir::join
