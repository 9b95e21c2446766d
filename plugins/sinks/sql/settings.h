// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "row_reader.h"
#include "sql_client/dialect.h"
#include "sql_client/outage.h"
#include "sql_client/url.h"

#include <weir/descriptor.h>
#include <weir/field_path.h>
#include <weir/options.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weir::sql {

/// The options of one stage, checked.
struct Settings {
  enum class Create : std::uint8_t { kNo, kDerived, kGiven };

  /// Declares the options.
  static void describe(Descriptor& d);
  /// Throws OptionError.
  explicit Settings(const Options& options);

  /// A JSON Schema of the records that can be rows: objects that have the fields of the key. Empty: any.
  std::string takes() const;

  DatabaseUrl url;
  std::string table;
  std::vector<std::string> key;
  Mode mode = Mode::kInsert;
  /// Column and where its values come from; empty: fields go to the columns of their names.
  std::vector<std::pair<std::string, FieldPath>> columns;
  Create create = Create::kNo;
  std::vector<Dialect::NewColumn> new_columns;  ///< of kGiven
  RowReader::Others others = RowReader::Others::kCount;
  std::size_t rows = 0;
  Retry retry;

 private:
  void read_columns(const Options& options);
  void read_create_table(const Options& options);
};

}  // namespace weir::sql
