// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/json_field.h>
#include <weir/options.h>

#include <simdjson.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http_lookup {

/// Reads replies by the places that the option `reply` names. One thread.
class ReplyReader {
 public:
  using EachRow = std::function<void(std::string_view key, std::string_view json)>;

  static void describe(Descriptor& d);
  /// Reads the option `reply`. Throws OptionError.
  explicit ReplyReader(const Options& options);

  /// The reply that the other functions look into. `body` has WEIR_PADDING readable bytes behind it and must
  /// live as long.
  void read(std::string_view body);

  bool is_json();
  /// The code that the reply holds, empty where it has none or one that means success.
  std::string code();
  /// What the reply says for people; where it has no message, its beginning. One line.
  std::string text();

  /// The row of a reply about one record; nothing where there is none, or null.
  std::optional<std::string_view> row();
  /// Calls `row` with the key and the JSON text of each row of a reply about several records. The result is
  /// the reason why they can not be read, if so.
  std::optional<std::string> each_row(const EachRow& row);

 private:
  std::optional<std::string> each_of_array(std::string_view text, const EachRow& row);
  std::optional<std::string> each_of_object(std::string_view text, const EachRow& row);

  FieldPath rows_;
  std::optional<FieldPath> key_, code_, message_;
  std::vector<std::string> ok_;

  Record body_;      // the reply as a record's value
  std::string row_;  // the latest, where it was a string
  JsonReader reader_, row_reader_;
  simdjson::ondemand::parser parser_;
};

}  // namespace weir::http_lookup
