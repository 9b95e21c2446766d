// SPDX-License-Identifier: Apache-2.0
#include "tens.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::test {

using std::chrono::milliseconds;

namespace {

constexpr std::int64_t kTen = 10;

}  // namespace

void Tens::describe(Descriptor& d) {
  d.name("tens").summary("Tens.").stateful().port("out", Item::kGroups, "Tens.");
  d.option("clock", Type::kBool, "By the clock.").default_value("false");
}

void Tens::process(const Batch& batch, Context& out) {
  for (std::size_t i = 0; i < batch.count; ++i) {
    const Record& record = batch.items()[i];
    const std::int64_t start = (clock_ ? out.now().count() : record.event_time) / kTen * kTen;
    out.list_append(batch.key(i), start, Records(&record, 1));
    if (clock_) {
      out.set_timer(milliseconds(start + kTen - 1), batch.key(i));
    } else {
      out.set_event_timer(start + kTen - 1, batch.key(i));
    }
    if (record.bytes().find("early") == std::string_view::npos) continue;
    out.list_show(Port{0}, batch.key(i), start, milliseconds(start), milliseconds(start + kTen));
  }
}

void Tens::on_timer(const weir_timer& timer, Context& out) {
  const std::int64_t start = timer.time - kTen + 1;
  out.list_emit(Port{0}, timer.key, start, milliseconds(start), milliseconds(start + kTen));
}

}  // namespace weir::test
