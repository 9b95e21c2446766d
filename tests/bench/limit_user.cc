// SPDX-License-Identifier: Apache-2.0
#include "limit_user.h"

namespace weir::bench {
namespace {

void set_text(simdjson::simdjson_result<simdjson::ondemand::value> value, std::optional<std::string>& to) {
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) to.emplace(text);
}

void set_number(simdjson::simdjson_result<simdjson::ondemand::value> value, std::optional<std::int64_t>& to) {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) to = number;
}

}  // namespace

User read_user(simdjson::ondemand::object row) {
  User user;
  for (auto field : row) {
    const std::string_view name = field.unescaped_key();
    if (const auto text = User::text_column(name); text != User::kNone) {
      set_text(field.value(), user.texts[text]);
    } else if (const auto number = User::number_column(name); number != User::kNone) {
      set_number(field.value(), user.numbers[number]);
    } else if (name == "tagid_list") {
      simdjson::ondemand::array tags = field.value();
      user.texts[User::kTags].emplace(std::string_view(tags.raw_json()));
    }
  }
  return user;
}

}  // namespace weir::bench
