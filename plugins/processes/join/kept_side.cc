// SPDX-License-Identifier: Apache-2.0
#include "kept_side.h"

#include <weir/stage.h>

#include <string_view>

namespace weir::join {

namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

std::int64_t time_of(std::string_view field) {
  std::uint64_t number = 0;
  for (const char byte : field) number = number << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(number ^ kSign);
}

/// In an order that bytes have too.
std::string field_of(std::int64_t time) {
  const std::uint64_t number = static_cast<std::uint64_t>(time) ^ kSign;
  std::string field;
  for (int shift = 56; shift >= 0; shift -= 8) field += static_cast<char>(number >> shift);
  return field;
}

std::string_view flag(bool matched) {
  return matched ? "m" : "-";
}

}  // namespace

void KeptSide::open(Context& context) {
  const std::string name = side_ == Side::kLeft ? "left" : "right";
  const weir_state_options options{sizeof options, WEIR_MAP_STATE, 0, 0, 0};
  times_ = context.host()->state_open(context.handle(), slice(name), &options);
  if (times_ == nullptr) throw Stop("state", "the state '" + name + "' cannot be opened");
}

void KeptSide::add(Context& out, const Record& record, bool matched) {
  const std::int64_t time = record.event_time;
  out.list_append(out.key(), list_of(time), Records(&record, 1));
  const std::string field = field_of(time);
  const weir_slice known = out.host()->map_get(out.handle(), times_, out.key(), span_of(time), slice(field));
  if (known.data != nullptr && !matched) return;
  out.host()->map_put(out.handle(), times_, out.key(), span_of(time), slice(field), slice(flag(matched)));
}

std::vector<KeptSide::Moment> KeptSide::find(const Context& out, std::int64_t first,
                                             std::int64_t last) const {
  struct Search {
    std::int64_t first, last;
    std::vector<Moment> found;
  } search{first, last, {}};
  for (std::int64_t span = span_of(first); span <= span_of(last); ++span) {
    out.host()->map_each(out.handle(), times_, out.key(), span, &search,
                         [](void* to, weir_slice field, weir_slice value) {
                           auto& s = *static_cast<Search*>(to);
                           const std::int64_t time = time_of(view(field));
                           if (time < s.first || time > s.last) return;
                           s.found.push_back({time, view(value) == flag(true)});
                         });
  }
  return std::move(search.found);
}

Records KeptSide::records(const Context& out, std::int64_t time) const {
  return out.list(out.key(), list_of(time));
}

void KeptSide::set_matched(Context& out, std::int64_t time) {
  out.host()->map_put(out.handle(), times_, out.key(), span_of(time), slice(field_of(time)),
                      slice(flag(true)));
}

void KeptSide::forget(Context& out, std::int64_t time) {
  out.hand_on();  // what was emitted may refer to the list's memory
  out.list_clear(out.key(), list_of(time));
  out.host()->map_erase(out.handle(), times_, out.key(), span_of(time), slice(field_of(time)));
}

std::int64_t KeptSide::span_of(std::int64_t time) const {
  return time / span_ - (time % span_ < 0 ? 1 : 0);
}

}  // namespace weir::join
