// SPDX-License-Identifier: Apache-2.0
#include "query_template.h"

#include <weir/options.h>

namespace weir::sql_lookup {
namespace {

constexpr std::string_view kOpen = "{{", kClose = "}}";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

QueryTemplate::QueryTemplate(std::string_view text, const std::string& pointer) {
  for (;;) {
    const std::size_t open = text.find(kOpen);
    texts_.emplace_back(text.substr(0, open));
    if (open == std::string_view::npos) break;
    if (texts_.back().ends_with('\'') || texts_.back().ends_with('"')) {
      throw OptionError(
          pointer, "a placeholder stands in quotes; it is a value of its own: write {{...}} without them");
    }
    text.remove_prefix(open + kOpen.size());
    const std::size_t close = text.find(kClose);
    if (close == std::string_view::npos) throw OptionError(pointer, "'{{' has no '}}' behind it");
    const std::string_view name = trimmed(text.substr(0, close));
    text.remove_prefix(close + kClose.size());
    if (name.empty()) throw OptionError(pointer, "'{{}}' is empty; expected {{keys}} or the path of a field");
    const bool keys = name == "keys";
    if ((keys || has_keys_) && texts_.size() > 1) {
      throw OptionError(pointer, keys && has_keys_
                                     ? "{{keys}} stands twice; expected it once"
                                     : "{{keys}} makes one query for many records, so no field of a "
                                       "single record can stand beside it; fields belong into `match`");
    }
    has_keys_ = has_keys_ || keys;
    if (!keys) fields_.push_back(FieldPath::parse(name, pointer));
  }
  if (texts_.size() == 1) {
    throw OptionError(pointer,
                      "the query has neither {{keys}} nor a {{field}}: each record would get the same rows");
  }
}

std::string QueryTemplate::sql(sql::Database database, std::size_t keys, std::size_t width) const {
  std::size_t number = 0;
  const auto parameter = [&] {
    return database == sql::Database::kPostgreSql ? "$" + std::to_string(++number) : std::string("?");
  };
  const auto group = [&] {
    std::string text = "(";
    for (std::size_t i = 0; i < width; ++i) text += (i == 0 ? "" : ",") + parameter();
    return text + ")";
  };
  std::string text = texts_.front();
  for (std::size_t i = 1; i < texts_.size(); ++i) {
    if (!has_keys_) {
      text += parameter();
    } else if (width == 1) {
      for (std::size_t key = 0; key < keys; ++key) text += (key == 0 ? "" : ",") + parameter();
    } else {
      // SQLite takes rows of values behind IN only as a table of them.
      if (database == sql::Database::kSqlite) text += "VALUES ";
      for (std::size_t key = 0; key < keys; ++key) text += (key == 0 ? "" : ",") + group();
    }
    text += texts_[i];
  }
  return text;
}

}  // namespace weir::sql_lookup
