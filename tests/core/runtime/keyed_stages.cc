// SPDX-License-Identifier: Apache-2.0
#include "keyed_stages.h"

#include <nlohmann/json.hpp>

namespace weir::test {

void Visits::describe(Descriptor& d) {
  d.name("visits").summary("Counts.").stateful().port("out", Item::kRecords, "Counts.");
  d.option("again", Type::kInteger, "Timers set themselves anew, so much later.").default_value("0");
}

void Visits::process(const Record& record, Context& out) {
  const std::int64_t n = count_.get(out).value_or(0) + 1;
  count_.put(out, n);
  const auto value = nlohmann::json::parse(record.bytes());
  if (value.contains("timer")) out.set_event_timer(value["timer"].get<std::int64_t>());
  if (value.contains("unset")) out.delete_event_timer(value["unset"].get<std::int64_t>());
  const std::string at = value.contains("show") ? " at " + std::to_string(out.watermark()) : "";
  out.emit(out.make(std::string(view(out.key())) + " " + std::to_string(n) + at));
}

void Visits::on_timer(const weir_timer& timer, Context& out) {
  if (again_ != 0) out.set_event_timer(timer.time + again_);
  const std::int64_t at = out.watermark();
  out.emit(out.make(std::string(view(out.key())) + " timer " + std::to_string(timer.time) + " " +
                    std::to_string(count_.get(out).value_or(0)) + " at " +
                    (at == INT64_MAX ? "end" : std::to_string(at))));
}

void Rules::describe(Descriptor& d) {
  d.name("rules")
      .summary("Applies rules.")
      .stateful()
      .input("data", "Names.")
      .input("rules", "Rules.", Item::kRecords, /*broadcast=*/true)
      .port("out", Item::kRecords, "The names with their rules.");
}

void Rules::process_input(std::uint32_t input, const Record& record, Context& out) {
  const std::string text(record.bytes());
  if (input == 1) {
    rules_.put(out, text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
  } else if (text == "write") {
    rules_.put(out, "a", "b");
  } else {
    const auto rule = rules_.get(out, text);
    out.emit(out.make(rule ? text + ":" + *rule : text + "?"));
  }
}

}  // namespace weir::test
