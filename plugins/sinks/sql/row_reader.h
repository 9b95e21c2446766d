// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "row_table.h"
#include "table_schema.h"

#include <weir/field_path.h>
#include <weir/json_field.h>
#include <weir/record.h>

#include <simdjson.h>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir::sql {

/// Why a record is no row.
struct Problem {
  std::string code, message;
};

/// A column and the place in a record that its values come from.
struct Source {
  Column column;
  FieldPath path;       ///< used unless `field` is given
  std::string field;    ///< the name of a top-level field
  bool in_key = false;  ///< a record without a value for it is refused
};

/// Turns records into rows of cells, one cell for each Source.
///
/// Fields that are missing, and JSON's null, become NULL. Objects and arrays are kept as their JSON text.
/// Numbers go to the database as they stand in the JSON text wherever it takes text, so that no digit is
/// lost. One thread.
class RowReader {
 public:
  /// What happens with top-level fields that no source names.
  enum class Others : std::uint8_t {
    kPass,   ///< nobody asked for them
    kCount,  ///< see take_unknown()
    kRefuse  ///< the record is refused
  };

  /// With kPass every source is active from the start.
  RowReader(Database database, std::vector<Source> sources, Others others);

  /// Fills the table's next row. False with problem() when the record is no row; the table is as it was then.
  bool read(const Record& record, RowTable& table);
  const Problem& problem() const { return problem_; }

  /// The sources, by number, for which any record so far had a field: the columns that statements name, in
  /// the table's order. Columns that no record ever mentions are left to their defaults.
  const std::vector<std::size_t>& active() const { return active_; }

  const std::vector<Source>& sources() const { return sources_; }

  /// How many fields were passed over since the last call because there is no column for them.
  std::uint64_t take_unknown() { return std::exchange(unknown_, 0); }
  /// The first few names of such fields.
  const std::vector<std::string>& unknown_names() const { return unknown_names_; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  /// The field that stood at this place in the last record: most records are alike.
  struct Expected {
    std::string name;  // empty: nothing to compare with
    std::size_t source = kNone;
  };

  // Functions that return bool give false, with the reason in problem_, when the record is refused.
  bool fail(std::string code, std::string message);
  bool fail_json(std::string_view why);
  bool does_not_fit(const Source& source, std::string_view value, const char* why);

  bool read_object(const Record& record, std::span<Cell> row, bool& any);
  bool find_source(simdjson::ondemand::field& field, std::size_t position, std::size_t& source);
  bool meet_unknown(std::string_view name);
  bool read_value(simdjson::ondemand::value& value, std::string_view token, const Source& source, Cell& cell);
  bool read_path(const Source& source, Cell& cell);
  bool set_string(const Source& source, std::string_view text, Cell& cell);
  bool set_scalar(const Source& source, std::string_view token, Cell& cell);
  bool set_number(const Source& source, std::string_view token, Cell& cell);
  bool set_whole(const Source& source, std::string_view token, Cell& cell);
  void set_bool(const Source& source, bool value, Cell& cell) const;
  void activate(std::size_t source);

  Database database_;
  std::vector<Source> sources_;
  Others others_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::vector<std::size_t> by_path_;  // sources that are no plain field, or share one
  std::vector<std::size_t> key_;
  std::vector<char> is_active_;
  std::vector<std::size_t> active_;
  std::vector<Expected> expected_;
  std::uint64_t unknown_ = 0;
  std::vector<std::string> unknown_names_;
  simdjson::ondemand::parser parser_;
  JsonReader fields_;
  Problem problem_;
};

}  // namespace weir::sql
