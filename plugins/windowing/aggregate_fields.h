// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/options.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "aggregates/accumulator.h"
#include "aggregates/value.h"

namespace weir::windowing {

/// The option `aggregate`: what is made of a window's records, without keeping these. Numbers go into
/// accumulators (of plugins/aggregates) that stand behind one another, first and last values into a text
/// beside them; both are bytes without alignment, for the host to keep. As in SQL, a field that is missing or
/// null counts for nothing. Used by one thread.
class AggregateFields {
 public:
  explicit AggregateFields(const Options& options);

  bool empty() const { return fields_.empty(); }
  /// Bytes of the accumulators; zeros are those of no record.
  std::size_t size() const { return size_; }
  bool has_texts() const { return has_texts_; }

  /// Reads what add() adds; false, with code() and problem(), when the record cannot be taken.
  bool read(const Record& record);
  const char* code() const { return code_; }
  const std::string& problem() const { return problem_; }

  void add(char* to) const;
  void combine(char* into, const char* later) const;
  /// The same for the text; both return its new content. Empty: that of no record.
  std::string add_text(std::string_view to) const;
  std::string combine_text(std::string_view earlier, std::string_view later) const;

  /// Appends `,"name":value` for each. False when a result is too large for JSON's numbers as we keep them
  /// (aggregates::append_result): null stands in its place, and problem() names it.
  bool append_json(const char* from, std::string_view text, std::string& json);

 private:
  struct Field {
    aggregates::Value value;
    std::string json_name;  ///< with comma, quotes and colon
    std::size_t at = 0;     ///< place of its accumulator
  };
  /// What a record has in one field.
  struct Input {
    bool present = false;
    JsonValue number;
    std::string text;  ///< as JSON, for first and last
  };

  static bool is_text(const Field& field) {
    return field.value.function == aggregates::Function::kFirst ||
           field.value.function == aggregates::Function::kLast;
  }
  static bool is_first(const Field& field) { return field.value.function == aggregates::Function::kFirst; }
  bool read(const Field& field, Input& input);
  bool refuse(const char* code, std::string problem);

  std::vector<Field> fields_;
  std::size_t size_ = 0;
  bool has_texts_ = false;
  JsonReader reader_;
  std::vector<Input> inputs_;
  const char* code_ = "";
  std::string problem_;
};

}  // namespace weir::windowing
