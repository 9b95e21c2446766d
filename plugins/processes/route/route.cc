// SPDX-License-Identifier: Apache-2.0
#include "route.h"

#include <weir/plugin.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::route {

using conditions::Verdict;

namespace {

std::string port_pointer(std::size_t i) {
  return "/routes/" + std::to_string(i) + "/port";
}

void check_name(const std::string& name, const std::string& pointer) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto part = [&letter](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  if (name.empty() || !letter(name.front()) || !std::all_of(name.begin(), name.end(), part)) {
    throw OptionError(pointer, "'" + name +
                                   "' is no name of a port: expected letters, digits, '_' and '-', "
                                   "with a letter or '_' first");
  }
  if (name == "error" || name == "unmatched") {
    throw OptionError(pointer, "'" + name + "' is a port that every route stage has; choose another name");
  }
}

}  // namespace

void Route::describe(Descriptor& d) {
  d.name("route")
      .summary("Sends records to named ports by conditions; the rest leaves by `unmatched`.")
      .example(
          "by_region:\n"
          "  plugin: route\n"
          "  from: users\n"
          "  routes:\n"
          "    - {port: eu, where: {field: region, in: [de, fr]}}\n"
          "    - {port: us, where: {field: region, equals: us}}");
  auto& routes =
      d.option("routes", Type::kObjectList,
               "The ports and their conditions. The order counts: with `mode: first` a record leaves by "
               "the first port whose condition it meets.");
  routes.required();
  routes.field("port", Type::kString, "The port's name, which `from: STAGE.PORT` reads.").required();
  routes.field("where", Type::kAny, "The condition, in the forms that `filter` takes.").required();
  d.option("mode", Type::kChoice,
           "`first`: a record leaves by the first port that fits. `all`: by each port that fits.")
      .choices({"first", "all"})
      .default_value("first");
  d.port("unmatched", Item::kRecords,
         "Records that no route takes, unchanged. Each route adds a port of its own.");
}

PortList Route::ports(const Options& options) {
  const auto routes = options.objects("routes");
  if (routes.empty()) throw OptionError("/routes", "expected at least one route");
  PortList list;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const std::string name = routes[i].string("port");
    check_name(name, port_pointer(i));
    if (const auto same = std::find(names.begin(), names.end(), name); same != names.end()) {
      throw OptionError(port_pointer(i), "the port '" + name + "' already has a route (number " +
                                             std::to_string(same - names.begin() + 1) +
                                             "); join their conditions with 'any:'");
    }
    names.push_back(name);
    list.add(name, Item::kRecords, "Records that the route's condition fits, unchanged.");
  }
  list.add("unmatched", Item::kRecords, "Records that no route takes, unchanged.");
  return list;
}

Route::Route(const Options& options) : first_only_(options.string("mode") == "first") {
  const auto routes = options.objects("routes");
  for (std::size_t i = 0; i < routes.size(); ++i) {
    conditions_.emplace_back(routes[i].tree("where"), "/routes/" + std::to_string(i) + "/where");
  }
}

void Route::process(const Batch& batch, Context& out) {
  for (const Record& record : batch.items()) {
    if (!find_targets(record)) {
      out.fail(Port::kError, record, "bad_json",
               "a condition asks for a field, but the value is not JSON: " + std::string(reader_.error()));
      continue;
    }
    for (const Port target : targets_) out.emit(target, record);
  }
}

bool Route::find_targets(const Record& record) {
  targets_.clear();
  reader_.read(record);
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    const Verdict verdict = conditions_[i].test(record, reader_);
    if (verdict == Verdict::kNotJson) return false;
    if (verdict == Verdict::kNo) continue;
    targets_.push_back(Port{static_cast<std::uint32_t>(i)});
    if (first_only_) return true;
  }
  if (targets_.empty()) targets_.push_back(Port{static_cast<std::uint32_t>(conditions_.size())});
  return true;
}

}  // namespace weir::route

WEIR_PLUGIN(weir::route::Route);
