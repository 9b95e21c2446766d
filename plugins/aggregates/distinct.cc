// SPDX-License-Identifier: Apache-2.0
#include "aggregates/distinct.h"

#include <cstring>

#include "aggregates/grown.h"

namespace weir::aggregates::distinct {
namespace {

using Number = std::uint32_t;

constexpr std::size_t kFirstSlots = 8;

struct Head {
  Number count = 0;
  Number slots = 0;
};

template <class T>
T read(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

Head head_of(std::string_view set) {
  return set.empty() ? Head{} : read<Head>(set.data());
}

std::size_t texts_begin(std::size_t slots) {
  return sizeof(Head) + slots * sizeof(Number);
}

char* slot_at(char* set, std::size_t slot) {
  return set + texts_begin(slot);
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo), its halves folded: slots are the lower bits.
std::size_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return static_cast<std::size_t>(h ^ (h >> 32));
}

/// The text that stands at that place behind the slots.
std::string_view text_at(const char* texts, std::size_t at) {
  return {texts + at + sizeof(Number), read<Number>(texts + at)};
}

/// The slot with that text, or the free one where it belongs; there is a free one.
std::size_t slot_of(const char* set, std::size_t slots, std::string_view text) {
  const char* const texts = set + texts_begin(slots);
  std::size_t slot = hash(text) & (slots - 1);
  for (;; slot = (slot + 1) & (slots - 1)) {
    const Number at = read<Number>(set + texts_begin(slot));  // 0: free, else one more than the place
    if (at == 0 || text_at(texts, at - 1) == text) return slot;
  }
}

bool has(std::string_view set, const Head& head, std::string_view text) {
  return head.slots != 0 &&
         read<Number>(set.data() + texts_begin(slot_of(set.data(), head.slots, text))) != 0;
}

bool is_full(const Head& head) {
  return 4 * (std::size_t{head.count} + 1) > 3 * std::size_t{head.slots};
}

std::size_t more_slots(std::size_t slots) {
  return slots == 0 ? kFirstSlots : 2 * slots;
}

/// The texts move behind a larger table, which is made anew.
void enlarge(GrownBytes& set) {
  const Head before = head_of(set.bytes());
  const Head after{before.count, static_cast<Number>(more_slots(before.slots))};
  const std::size_t size = set.bytes().size();
  const std::size_t texts = size == 0 ? 0 : size - texts_begin(before.slots);
  char* const to = set.resize(texts_begin(after.slots) + texts);
  if (texts != 0) std::memmove(to + texts_begin(after.slots), to + texts_begin(before.slots), texts);
  std::memset(to + sizeof(Head), 0, after.slots * sizeof(Number));
  std::memcpy(to, &after, sizeof after);
  const char* const begin = to + texts_begin(after.slots);
  for (std::size_t at = 0; at < texts;) {
    const std::string_view text = text_at(begin, at);
    const auto place = static_cast<Number>(at + 1);
    std::memcpy(slot_at(to, slot_of(to, after.slots, text)), &place, sizeof place);
    at += sizeof(Number) + text.size();
  }
}

}  // namespace

std::uint64_t count(std::string_view set) {
  return head_of(set).count;
}

std::size_t growth(std::string_view set, std::string_view text) {
  const Head head = head_of(set);
  if (has(set, head, text)) return 0;
  std::size_t more = sizeof(Number) + text.size() + (set.empty() ? sizeof(Head) : 0);
  if (is_full(head)) more += (more_slots(head.slots) - head.slots) * sizeof(Number);
  return more;
}

void add(GrownBytes& set, std::string_view text) {
  if (has(set.bytes(), head_of(set.bytes()), text)) return;
  if (is_full(head_of(set.bytes()))) enlarge(set);
  Head head = head_of(set.bytes());
  const std::size_t before = set.bytes().size();
  char* const to = set.resize(before + sizeof(Number) + text.size());
  const auto place = static_cast<Number>(before - texts_begin(head.slots) + 1);
  std::memcpy(slot_at(to, slot_of(to, head.slots, text)), &place, sizeof place);
  const auto size = static_cast<Number>(text.size());
  std::memcpy(to + before, &size, sizeof size);
  std::memcpy(to + before + sizeof size, text.data(), text.size());
  ++head.count;
  std::memcpy(to, &head, sizeof head);
}

void merge(GrownBytes& set, std::string_view other) {
  const Head head = head_of(other);
  if (head.count == 0) return;
  const std::string_view texts = other.substr(texts_begin(head.slots));
  for (std::size_t at = 0; at < texts.size();) {
    const std::string_view text = text_at(texts.data(), at);
    add(set, text);
    at += sizeof(Number) + text.size();
  }
}

}  // namespace weir::aggregates::distinct
