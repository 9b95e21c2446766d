// SPDX-License-Identifier: Apache-2.0
#include "kept_side.h"

#include <weir/stage.h>

#include <cstring>
#include <string_view>

#include "windowing/memory.h"

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

/// A flag, and how many bytes are kept.
std::string note_with(bool matched, std::int64_t bytes) {
  std::string note(1, matched ? 'm' : '-');
  note.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  return note;
}

bool is_matched(std::string_view note) {
  return note.starts_with('m');
}

std::int64_t bytes_of(std::string_view note) {
  std::int64_t bytes = 0;
  if (note.size() > sizeof bytes) std::memcpy(&bytes, note.data() + 1, sizeof bytes);
  return bytes;
}

}  // namespace

void KeptSide::open(Context& context) {
  const std::string name = side_ == Side::kLeft ? "left" : "right";
  const weir_state_options options{sizeof options, WEIR_MAP_STATE, 0, 0, 0};
  times_ = context.host()->state_open(context.handle(), slice(name), &options);
  if (times_ == nullptr) throw Stop("state", "the state '" + name + "' cannot be opened");
}

std::int64_t KeptSide::moment_bytes(weir_slice key) {
  namespace memory = windowing::memory;
  return memory::entry(key, memory::kField + memory::kList) + memory::timer(key);
}

bool KeptSide::has_room(const Context& out, const Record& record) const {
  const std::int64_t most = KeptBytes::of(record) + moment_bytes(out.key()) + KeptBytes::of_key(out.key());
  if (kept_.fits(most)) return true;  // so far from the limit nobody needs to look
  const bool is_there = note_of(out, record.event_time).data != nullptr;
  return kept_.fits(KeptBytes::of(record) + (is_there ? 0 : moment_bytes(out.key())) +
                    (kept_.knows_key(out) ? 0 : KeptBytes::of_key(out.key())));
}

void KeptSide::add(Context& out, const Record& record, bool matched) {
  const std::int64_t time = record.event_time;
  const weir_slice note = note_of(out, time);
  const std::int64_t more = KeptBytes::of(record) + (note.data == nullptr ? moment_bytes(out.key()) : 0);
  const bool all_matched = matched || is_matched(view(note));
  put(out, {time, all_matched, bytes_of(view(note)) + more});
  out.list_append(out.key(), list_of(time), Records(&record, 1));
  kept_.add(out, more);
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
                           s.found.push_back({time, is_matched(view(value)), bytes_of(view(value))});
                         });
  }
  return std::move(search.found);
}

Records KeptSide::records(const Context& out, std::int64_t time) const {
  return out.list(out.key(), list_of(time));
}

void KeptSide::set_matched(Context& out, const Moment& moment) {
  put(out, {moment.time, true, moment.bytes});
}

void KeptSide::forget(Context& out, const Moment& moment) {
  out.hand_on();  // what was emitted may refer to the list's memory
  out.list_clear(out.key(), list_of(moment.time));
  out.host()->map_erase(out.handle(), times_, out.key(), span_of(moment.time), slice(field_of(moment.time)));
  kept_.take(out, moment.bytes);
}

weir_slice KeptSide::note_of(const Context& out, std::int64_t time) const {
  return out.host()->map_get(out.handle(), times_, out.key(), span_of(time), slice(field_of(time)));
}

void KeptSide::put(Context& out, const Moment& moment) {
  out.host()->map_put(out.handle(), times_, out.key(), span_of(moment.time), slice(field_of(moment.time)),
                      slice(note_with(moment.matched, moment.bytes)));
}

std::int64_t KeptSide::span_of(std::int64_t time) const {
  return time / span_ - (time % span_ < 0 ? 1 : 0);
}

}  // namespace weir::join
