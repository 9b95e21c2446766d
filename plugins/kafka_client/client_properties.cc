// SPDX-License-Identifier: Apache-2.0
#include "kafka_client/client_properties.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace weir::kafka {
namespace {

std::vector<std::string> known_properties() {
  const Configuration defaults(rd_kafka_conf_new());
  std::size_t count = 0;
  const char** dump = rd_kafka_conf_dump(defaults.get(), &count);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; i += 2) names.emplace_back(dump[i]);
  rd_kafka_conf_dump_free(dump, count);
  return names;
}

bool may_be_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kMarks{"password", "secret",      ".pem",
                                                          "username", "oauthbearer", "token"};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return name.find(mark) != name.npos; });
}

std::string pointer_to(const std::string& name) {
  return (nlohmann::json::json_pointer("/properties") / name).to_string();
}

void set_from_file(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> text{};
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size())) {
    case RD_KAFKA_CONF_OK:
      return;
    case RD_KAFKA_CONF_UNKNOWN:
      throw OptionError(pointer_to(name),
                        "librdkafka has no property '" + name + "'" + did_you_mean(name, known_properties()));
    case RD_KAFKA_CONF_INVALID:
      break;
  }
  throw OptionError(pointer_to(name), may_be_secret(name)
                                          ? "librdkafka does not take this value for '" + name + "'"
                                          : "'" + name + "': " + text.data());
}

}  // namespace

Configuration make_configuration(const std::vector<Property>& own, const Options& options,
                                 const std::vector<Reserved>& reserved) {
  Configuration conf(rd_kafka_conf_new());
  for (const auto& [name, value] : own) {
    std::array<char, 512> text{};
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size()) !=
        RD_KAFKA_CONF_OK) {
      throw std::logic_error(text.data());
    }
  }
  if (!options.has("properties")) return conf;
  for (const auto& [name, value] : options.string_map("properties")) {
    const auto held = std::find_if(reserved.begin(), reserved.end(),
                                   [&n = name](const Reserved& r) { return r.name == n; });
    if (held != reserved.end()) {
      throw OptionError(pointer_to(name), "'" + name + "' cannot be set here: " + std::string(held->instead));
    }
    set_from_file(conf.get(), name, value);
  }
  return conf;
}

std::string broker_list(const Options& options) {
  std::string all;
  for (const auto& broker : options.strings("brokers")) {
    if (broker.empty()) continue;
    if (!all.empty()) all += ',';
    all += broker;
  }
  if (all.empty()) {
    throw OptionError("/brokers", "no broker is given; expected host:port, or a list of them");
  }
  return all;
}

}  // namespace weir::kafka
