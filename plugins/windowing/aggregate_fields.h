// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/options.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::windowing {

/// The option `aggregate`: what is made of a window's records, without keeping these. Numbers go into an
/// accumulator of fixed size, first and last values into a text beside it; both are bytes without alignment,
/// for the host to keep. As in SQL, a field that is missing or null counts for nothing. Used by one thread.
class AggregateFields {
 public:
  explicit AggregateFields(const Options& options);

  bool empty() const { return fields_.empty(); }
  /// Bytes of an accumulator; zeros are that of no record.
  std::size_t size() const { return size_; }
  bool has_texts() const { return texts_ != 0; }

  /// Reads what add() adds; false, with code() and problem(), when the record cannot be taken.
  bool read(const Record& record);
  const char* code() const { return code_; }
  const std::string& problem() const { return problem_; }

  void add(char* to) const;
  void combine(char* into, const char* later) const;
  /// The same for the text; both return its new content. Empty: that of no record.
  std::string add_text(std::string_view to) const;
  std::string combine_text(std::string_view earlier, std::string_view later) const;

  /// Appends `,"name":value` for each.
  void append_json(const char* from, std::string_view text, std::string& json) const;

 private:
  enum class Function : std::uint8_t { kCount, kSum, kMin, kMax, kMean, kFirst, kLast };
  struct Field {
    Function function;
    bool has_path;
    FieldPath path;
    std::string json_name;  ///< with quotes and colon
    std::size_t at = 0;     ///< place in the accumulator
  };
  /// What a record has in one field.
  struct Input {
    bool present = false;
    bool is_integer = false;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;  ///< as JSON, for first and last
  };

  static bool is_text(Function f) { return f >= Function::kFirst; }
  bool refuse(const char* code, std::string problem);

  std::vector<Field> fields_;
  std::size_t size_ = 0;
  std::size_t texts_ = 0;
  JsonReader reader_;
  std::vector<Input> inputs_;
  const char* code_ = "";
  std::string problem_;
};

}  // namespace weir::windowing
