// SPDX-License-Identifier: Apache-2.0
//
// A list for each key. Included by state.h.
#pragma once

#include <weir/context.h>
#include <weir/state_handle.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// A list for each key. Appending costs no more for a long list than for a short one. With a time to live
/// each element runs out on its own, so long after it was added (and, with on_read, after the list was read).
template <class T>
class ListState {
 public:
  explicit ListState(std::string name, TimeToLive ttl = {})
      : handle_(std::move(name), WEIR_VALUE_STATE, ttl, std::nullopt) {}
  ListState(std::string name, PerWindow scope, TimeToLive ttl = {})
      : handle_(std::move(name), WEIR_VALUE_STATE, ttl, scope) {}
  void open(Context& context) { handle_.open(context); }

  void add(const Context& c, const T& value) const {
    const std::string bytes = detail::to_bytes(value);
    expires() ? add_expiring(c, bytes) : append(c, handle_.read(c).size, bytes);
  }
  std::vector<T> get(const Context& c) const {
    std::vector<T> list;
    const std::int64_t now = expires() ? c.now().count() : 0;
    if (expires() && handle_.time_to_live().on_read) renew(c, now);
    const std::string_view all = view(handle_.read(c));
    for (std::size_t at = begin_of(all); at < all.size(); at += size_of(all, at)) {
      if (!expires() || number_at(all, at) > now) list.push_back(detail::from_bytes<T>(bytes_of(all, at)));
    }
    return list;
  }
  void put(const Context& c, const std::vector<T>& values) const {
    clear(c);
    for (const auto& value : values) add(c, value);
  }
  void clear(const Context& c) const { handle_.erase(c); }
  /// See ValueState::for_each_key().
  template <class F>
  void for_each_key(Context& c, F&& f) const {
    handle_.for_each_key(c, std::forward<F>(f));
  }

 private:
  // An element is its size and its bytes. With a time to live the time of its end stands in front of it, and
  // in front of all elements where the first that has not been dropped stands; those before it go when they
  // are half of the list, so that dropping one costs what adding it did.
  static constexpr std::size_t kNumber = sizeof(std::int64_t);

  bool expires() const { return handle_.time_to_live().time.count() != 0; }
  std::size_t head() const { return expires() ? 2 * kNumber : kNumber; }

  static std::int64_t number_at(std::string_view all, std::size_t at) {
    std::int64_t number = 0;
    std::memcpy(&number, all.data() + at, kNumber);
    return number;
  }
  static char* put_number(char* to, std::int64_t number) {
    std::memcpy(to, &number, kNumber);
    return to + kNumber;
  }
  std::size_t begin_of(std::string_view all) const {
    return !expires() || all.empty() ? 0 : static_cast<std::size_t>(number_at(all, 0));
  }
  std::size_t size_of(std::string_view all, std::size_t at) const {
    return head() + static_cast<std::size_t>(number_at(all, at + head() - kNumber));
  }
  std::string_view bytes_of(std::string_view all, std::size_t at) const {
    return all.substr(at + head(), size_of(all, at) - head());
  }

  void append(const Context& c, std::size_t before, std::string_view bytes) const {
    std::size_t held = 0;
    char* to = handle_.room(c, before + kNumber + bytes.size(), held);
    if (to == nullptr) return;
    to = put_number(to + before, static_cast<std::int64_t>(bytes.size()));
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  }

  void add_expiring(const Context& c, std::string_view bytes) const {
    const std::int64_t now = c.now().count();
    const std::string_view old = view(handle_.read(c));
    const std::size_t end = std::max(old.size(), kNumber);
    std::size_t begin = old.empty() ? kNumber : begin_of(old);
    while (begin < old.size() && number_at(old, begin) <= now) begin += size_of(old, begin);

    std::size_t held = 0;
    char* all = handle_.room(c, end + head() + bytes.size(), held);
    if (all == nullptr) return;
    if (held == detail::StateHandle::kNone) begin = end;  // it has run out just now
    std::size_t at = end;
    if (begin - kNumber >= end - begin && begin > kNumber) {
      at = kNumber + (end - begin);
      std::memmove(all + kNumber, all + begin, end - begin);
      all = handle_.room(c, at + head() + bytes.size(), held);
      if (all == nullptr) return;
      begin = kNumber;
    }
    put_number(all, static_cast<std::int64_t>(begin));
    char* to = put_number(all + at, detail::later(now, handle_.time_to_live().time.count()));
    to = put_number(to, static_cast<std::int64_t>(bytes.size()));
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  }

  /// The list was read: what has not run out lives as long as if it were added now.
  void renew(const Context& c, std::int64_t now) const {
    const std::size_t size = handle_.read(c).size;
    if (size == 0) return;
    std::size_t held = 0;
    char* const to = handle_.room(c, size, held);
    if (to == nullptr) return;
    if (held == detail::StateHandle::kNone) return handle_.erase(c);  // it has run out just now
    const std::string_view all(to, size);
    const std::int64_t until = detail::later(now, handle_.time_to_live().time.count());
    for (std::size_t at = begin_of(all); at < size; at += size_of(all, at)) {
      if (number_at(all, at) > now) put_number(to + at, until);
    }
  }

  detail::StateHandle handle_;
};

}  // namespace weir
