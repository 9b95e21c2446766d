// SPDX-License-Identifier: Apache-2.0
#include "waiting.h"

#include <weir/stage.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>

namespace weir::enrich {

void Waiting::open(Context& context) {
  const weir_state_options options{sizeof options, WEIR_VALUE_STATE, 0, 0, 0};
  times_ = context.host()->state_open(context.handle(), slice("waiting"), &options);
  if (times_ == nullptr) throw Stop("state", "the state 'waiting' cannot be opened");
}

void Waiting::add(Context& out, std::string_view key, const Record& record, std::int64_t until) {
  if (out.list_append(slice(key), until, Records(&record, 1)) > 1) return;
  auto all = times(out, key);
  all.push_back(until);
  set_times(out, key, all);
  out.set_timer(std::chrono::milliseconds(until), slice(key));
}

void Waiting::release(Context& out, std::string_view key, const Visit& visit) {
  for (const std::int64_t until : times(out, key)) {
    release(out, key, until, visit);
    out.delete_timer(std::chrono::milliseconds(until), slice(key));
  }
}

void Waiting::release(Context& out, std::string_view key, std::int64_t until, const Visit& visit) {
  for (const Record& record : out.list(slice(key), until)) visit(record);
  out.hand_on();  // what was emitted refers to the list's memory
  out.list_clear(slice(key), until);
  auto left = times(out, key);
  left.erase(std::remove(left.begin(), left.end(), until), left.end());
  set_times(out, key, left);
}

std::vector<std::string> Waiting::keys(const Context& context) const {
  std::vector<std::string> all;
  context.host()->state_each(context.handle(), times_, 0, 0, &all, [](void* to, weir_slice key, weir_slice) {
    static_cast<decltype(all)*>(to)->emplace_back(view(key));
  });
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::int64_t> Waiting::times(const Context& context, std::string_view key) const {
  const weir_slice bytes = context.host()->state_get(context.handle(), times_, slice(key), 0);
  std::vector<std::int64_t> all(bytes.size / sizeof(std::int64_t));
  if (!all.empty()) std::memcpy(all.data(), bytes.data, bytes.size);
  return all;
}

void Waiting::set_times(const Context& context, std::string_view key,
                        const std::vector<std::int64_t>& times) const {
  if (times.empty()) return context.host()->state_erase(context.handle(), times_, slice(key), 0);
  std::size_t held = 0;
  char* const to = context.host()->state_room(context.handle(), times_, slice(key), 0,
                                              times.size() * sizeof(std::int64_t), &held);
  if (to != nullptr) std::memcpy(to, times.data(), times.size() * sizeof(std::int64_t));
}

}  // namespace weir::enrich
