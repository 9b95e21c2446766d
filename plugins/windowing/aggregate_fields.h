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
#include "aggregates/grown.h"
#include "aggregates/value.h"

namespace weir::windowing {

/// The option `aggregate`: what is made of a window's records, without keeping these. Accumulators (of
/// plugins/aggregates) of fixed size stand behind one another; each of those that grow stands by itself. All
/// are bytes without alignment, for the host to keep. As in SQL, a field that is missing or null counts for
/// nothing. Used by one thread.
class AggregateFields {
 public:
  explicit AggregateFields(const Options& options);

  bool empty() const { return fields_.empty(); }
  /// Bytes of the accumulators of fixed size; zeros are those of no record.
  std::size_t size() const { return size_; }
  /// The names of the others.
  const std::vector<std::string>& grown() const { return grown_; }

  /// Reads what add() adds; false, with code() and problem(), when the record cannot be taken.
  bool read(const Record& record);
  const char* code() const { return code_; }
  const std::string& problem() const { return problem_; }

  void add(char* to) const;
  void combine(char* into, const char* later) const;
  /// Whether parts can be taken away from it again, and all is as if they had never been there.
  bool is_exact(const char* accumulators) const;
  /// Of one that is exact.
  void take_away(char* from, const char* part) const;
  /// add() and combine() for one of those that grow, by its place in grown().
  void add(std::size_t grown, aggregates::GrownBytes& to) const;
  void combine(std::size_t grown, aggregates::GrownBytes& into, std::string_view later) const;
  aggregates::Function function(std::size_t grown) const {
    return fields_[grown_fields_[grown]].value.function;
  }
  /// What add() adds, as JSON; null where the record has nothing for it.
  const std::string* taken(std::size_t grown) const {
    const Input& input = inputs_[grown_fields_[grown]];
    return input.present ? &input.value.text : nullptr;
  }
  /// How many bytes more it has after add().
  std::size_t growth(std::size_t grown, std::string_view held) const;

  /// Appends `,"name":value` for each; held(i) gives the bytes of the i-th of grown(). False when a result is
  /// too large for JSON's numbers as we keep them (aggregates::append_result): null stands in its place, and
  /// problem() names it.
  template <class Held>
  bool append_json(const char* from, Held&& held, std::string& json) {
    bool fits = true;
    for (const Field& field : fields_) {
      json += field.json_name;
      if (field.grows) {
        aggregates::append_result(field.value, held(field.at), json);
      } else if (!aggregates::append_result(field.value.function, from + field.at, json)) {
        json += "null";
        fits = refuse_size(field);
      }
    }
    return fits;
  }

 private:
  struct Field {
    aggregates::Value value;
    std::string json_name;  ///< with comma, quotes and colon
    bool grows = false;
    std::size_t at = 0;  ///< where its accumulator stands; of those that grow, its place in grown()
  };
  /// What a record has in one field.
  struct Input {
    bool present = false;
    aggregates::Taken value;
  };

  bool read(const Field& field, Input& input);
  bool refuse(const char* code, std::string problem);
  bool refuse_size(const Field& field);

  std::vector<Field> fields_;
  std::size_t size_ = 0;
  std::vector<std::string> grown_;
  std::vector<std::size_t> grown_fields_;  ///< which of fields_ they are
  JsonReader reader_;
  std::vector<Input> inputs_;
  const char* code_ = "";
  std::string problem_;
};

}  // namespace weir::windowing
