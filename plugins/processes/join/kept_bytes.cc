// SPDX-License-Identifier: Apache-2.0
#include "kept_bytes.h"

#include <cstring>
#include <string>

#include "windowing/each_key.h"
#include "windowing/memory.h"
#include "windowing/open_state.h"
#include "windowing/option_sense.h"
#include "windowing/window_options.h"

namespace weir::join {

namespace {

std::int64_t load(weir_slice bytes) {
  std::int64_t number = 0;
  std::memcpy(&number, bytes.data, sizeof number);
  return number;
}

}  // namespace

void KeptBytes::describe(Descriptor& d) {
  windowing::declare_limit(d, "What may be kept of both inputs together");
}

KeptBytes::KeptBytes(const Options& options) : max_bytes_(windowing::read_limit(options)) {}

void KeptBytes::check_limit(std::int64_t place, std::int64_t times) const {
  windowing::check_room(of_key({"", 0}) + times * (place + of({})), max_bytes_);
}

void KeptBytes::open(Context& context) {
  keys_ = windowing::open_state(context, "kept", WEIR_VALUE_STATE);
  full_ = context.counter("join_full");
  windowing::each_key(context, keys_, 0, false,
                      [&](weir_slice key, weir_slice bytes) { bytes_ += of_key(key) + load(bytes); });
}

std::int64_t KeptBytes::of(const Record& record) {
  return windowing::memory::record(record);
}

std::int64_t KeptBytes::of_key(weir_slice key) {
  return windowing::memory::entry(key, sizeof(std::int64_t));
}

bool KeptBytes::knows_key(const Context& out) const {
  return out.host()->state_get(out.handle(), keys_, out.key(), 0).data != nullptr;
}

void KeptBytes::refuse(const Record& record, Context& out) {
  full_.add();
  out.fail(Port::kError, record, "join_full",
           "the records that this stage keeps take " + std::to_string(bytes_) +
               " bytes, and `max_bytes` allows " + std::to_string(max_bytes_) +
               ": let event time come on (`idle_after` at an input without records), keep records for a "
               "shorter time, or allow more");
}

void KeptBytes::add(Context& out, std::int64_t bytes) {
  const windowing::Room kept = windowing::room(out, keys_, out.key(), 0, sizeof bytes);
  std::int64_t sum = 0;
  std::memcpy(&sum, kept.at, sizeof sum);
  sum += bytes;
  std::memcpy(kept.at, &sum, sizeof sum);
  bytes_ += bytes + (kept.is_new ? of_key(out.key()) : 0);
}

void KeptBytes::take(Context& out, std::int64_t bytes) {
  const weir_slice kept = out.host()->state_get(out.handle(), keys_, out.key(), 0);
  if (kept.data == nullptr) return;
  const std::int64_t left = load(kept) - bytes;
  bytes_ -= bytes;
  if (left > 0) {
    std::memcpy(windowing::room(out, keys_, out.key(), 0, sizeof left).at, &left, sizeof left);
  } else {
    out.host()->state_erase(out.handle(), keys_, out.key(), 0);
    bytes_ -= of_key(out.key());
  }
}

}  // namespace weir::join
