// SPDX-License-Identifier: Apache-2.0
#include "keeper.h"

#include <chrono>
#include <nlohmann/json.hpp>

namespace weir::test {

using std::chrono::milliseconds;

void Keeper::describe(Descriptor& d) {
  d.name("keeper")
      .summary("Keeps.")
      .stateful()
      .port("out", Item::kRecords, "What is kept.")
      .port("side", Item::kRecords, "What timers say.");
}

void Keeper::start(Context& context) {
  value_.open(context);
  list_.open(context);
  map_.open(context);
  sum_.open(context);
  mean_.open(context);
  ever_.open(context);
}

void Keeper::process(const Record& record, Context& out) {
  const auto asked = nlohmann::json::parse(record.bytes());
  if (asked.contains("forget")) {
    value_.clear(out);
    list_.clear(out);
    map_.clear(out);
    sum_.clear(out);
    mean_.clear(out);
    ever_.clear(out);
  }
  if (asked.contains("n")) {
    const auto n = asked["n"].get<std::int64_t>();
    value_.put(out, std::to_string(n));
    list_.add(out, std::to_string(n));
    map_.put(out, "n" + std::to_string(n % 3), n);
    sum_.add(out, n);
    mean_.add(out, static_cast<double>(n));
    ever_.put(out, ever_.get(out).value_or(0) + 1);
  }
  if (asked.contains("drop")) map_.erase(out, asked["drop"].get<std::string>());
  if (asked.contains("alarm")) out.set_timer(out.now() + milliseconds(asked["alarm"].get<std::int64_t>()));
  if (asked.contains("cancel"))
    out.delete_timer(out.now() + milliseconds(asked["cancel"].get<std::int64_t>()));
  if (asked.contains("wake")) out.set_event_timer(asked["wake"].get<std::int64_t>());
  if (asked.contains("port")) out.emit(Port{asked["port"].get<std::uint32_t>()}, record);
  if (asked.contains("show")) show(out);
}

void Keeper::on_timer(const weir_timer& timer, Context& out) {
  out.emit(Port{1}, out.make(std::string(view(out.key())) + " " + std::to_string(timer.time)));
}

void Keeper::show(Context& out) const {
  auto all = nlohmann::json::object();
  if (const auto value = value_.get(out)) all["value"] = *value;
  if (const auto list = list_.get(out); !list.empty()) all["list"] = list;
  for (const auto& [field, n] : map_.all(out)) all["map"][field] = n;
  if (const auto sum = sum_.get(out)) all["sum"] = *sum;
  if (const auto mean = mean_.get(out)) all["mean"] = *mean;
  if (const auto ever = ever_.get(out)) all["ever"] = *ever;
  out.emit(out.make(all.dump()));
}

}  // namespace weir::test
