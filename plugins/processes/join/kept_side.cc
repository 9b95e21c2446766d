// SPDX-License-Identifier: Apache-2.0
#include "kept_side.h"

#include <weir/stage.h>

#include <cstring>
#include <string_view>
#include <utility>

namespace weir::join {

namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr std::uint32_t kNone = UINT32_MAX;  // the size of what is absent

void append_big_endian(std::uint64_t number, std::string& to) {
  for (int shift = 56; shift >= 0; shift -= 8) to += static_cast<char>(number >> shift);
}

std::int64_t time_of(std::string_view field) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(field[i]);
  return static_cast<std::int64_t>(number ^ kSign);
}

std::string field_of(std::int64_t time, std::uint64_t number) {
  std::string field;
  append_big_endian(static_cast<std::uint64_t>(time) ^ kSign, field);
  append_big_endian(number, field);
  return field;
}

void append_number(std::uint32_t number, std::string& to) {
  to.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_slice(weir_slice slice, std::string& to) {
  append_number(slice.data == nullptr ? kNone : static_cast<std::uint32_t>(slice.size), to);
  if (slice.data != nullptr) to.append(slice.data, slice.size);
}

std::uint32_t take_number(std::string_view& from) {
  std::uint32_t number = 0;
  std::memcpy(&number, from.data(), sizeof number);
  from.remove_prefix(sizeof number);
  return number;
}

weir_slice take_slice(std::string_view& from) {
  const std::uint32_t size = take_number(from);
  if (size == kNone) return kAbsent;
  const weir_slice taken = slice(from.substr(0, size));
  from.remove_prefix(size);
  return taken;
}

std::string encoded(const Record& record, bool matched) {
  std::string bytes(1, matched ? 1 : 0);
  append_slice(record.value, bytes);
  append_slice(record.key, bytes);
  append_number(record.header_count, bytes);
  for (const auto& header : record.header_list()) {
    append_slice(header.name, bytes);
    append_slice(header.value, bytes);
  }
  return bytes;
}

}  // namespace

Record KeptSide::Entry::record(Context& out, std::int64_t event_time) const {
  std::string_view rest = std::string_view(bytes).substr(1);
  const weir_slice of_value = take_slice(rest);
  Record like;
  like.key = take_slice(rest);
  std::vector<weir_header> headers(take_number(rest));
  for (auto& header : headers) {
    header.name = take_slice(rest);
    header.value = take_slice(rest);
  }
  like.headers = headers.data();
  like.header_count = static_cast<std::uint32_t>(headers.size());
  like.event_time = event_time;
  return out.with_value(like, view(of_value));
}

std::string_view KeptSide::Entry::value() const {
  std::string_view rest = std::string_view(bytes).substr(1);
  return view(take_slice(rest));
}

void KeptSide::open(Context& context) {
  const weir_state_options options{sizeof options, WEIR_MAP_STATE, 0, 0, 0};
  state_ = context.host()->state_open(context.handle(), slice(name_), &options);
  if (state_ == nullptr) throw Stop("state", "the state '" + name_ + "' cannot be opened");
}

void KeptSide::add(Context& out, const Record& record, bool matched) {
  const std::int64_t span = span_of(record.event_time);
  std::string field = field_of(record.event_time, next_number_++);
  // After a restart the numbers begin again, and earlier records of this time may be there.
  while (out.host()->map_get(out.handle(), state_, out.key(), span, slice(field)).data != nullptr) {
    field = field_of(record.event_time, next_number_++);
  }
  const std::string bytes = encoded(record, matched);
  out.host()->map_put(out.handle(), state_, out.key(), span, slice(field), slice(bytes));
}

std::vector<KeptSide::Entry> KeptSide::find(const Context& out, std::int64_t first, std::int64_t last) const {
  struct Search {
    std::int64_t first, last;
    std::vector<Entry> found;
  } search{first, last, {}};
  for (std::int64_t span = span_of(first); span <= span_of(last); ++span) {
    out.host()->map_each(out.handle(), state_, out.key(), span, &search,
                         [](void* to, weir_slice field, weir_slice value) {
                           auto& s = *static_cast<Search*>(to);
                           const std::int64_t time = time_of(view(field));
                           if (time < s.first || time > s.last) return;
                           s.found.push_back({time, std::string(view(field)), std::string(view(value))});
                         });
  }
  return std::move(search.found);
}

void KeptSide::set_matched(Context& out, Entry& entry) {
  if (entry.matched()) return;
  entry.bytes[0] = 1;
  out.host()->map_put(out.handle(), state_, out.key(), span_of(entry.time), slice(entry.field),
                      slice(entry.bytes));
}

void KeptSide::erase(Context& out, const Entry& entry) {
  out.host()->map_erase(out.handle(), state_, out.key(), span_of(entry.time), slice(entry.field));
}

std::int64_t KeptSide::span_of(std::int64_t time) const {
  return time / span_ - (time % span_ < 0 ? 1 : 0);
}

}  // namespace weir::join
