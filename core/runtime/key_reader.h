// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>
#include <weir/field_path.h>
#include <weir/record.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace weir {

class JsonReader;
struct JsonValue;

/// Finds the key of records: the text of one field, or of several as a JSON array. Used by one thread.
class KeyReader {
 public:
  /// `paths`: checked before. Empty: no key.
  explicit KeyReader(const std::vector<std::string>& paths);
  ~KeyReader();

  bool none() const { return paths_.empty(); }

  /// Finds the key of each record. Those that have one stand in `records()`, with `keys()` beside them, until
  /// the next call; `without(record, why)` is called for each other one, with what was found.
  template <class F>
  void read(const weir_record* records, std::size_t count, F&& without) {
    begin(count);
    for (const Record& record : records_of(records, count)) {
      if (!add(record)) without(record, problem_);
    }
    finish();
  }
  const weir_record* records() const { return keyed_.data(); }
  const std::vector<weir_slice>& keys() const { return keys_; }

  /// The same in steps, for who looks for other fields in the records as well: add() each, with a reader that
  /// is at the record, between begin() and finish(). False, with what was found in problem(), where it has no
  /// key.
  void begin(std::size_t count);
  bool add(const weir_record& record, JsonReader& reader);
  void finish();
  const std::string& problem() const { return problem_; }

 private:
  bool add(const Record& record);
  bool append_key(JsonReader& reader);
  void append_value(const JsonValue& value, bool as_json);

  std::vector<FieldPath> paths_;
  std::unique_ptr<JsonReader> reader_;
  std::string text_;  ///< all keys of the call, one behind the other
  std::vector<std::size_t> ends_;
  std::vector<weir_record> keyed_;
  std::vector<weir_slice> keys_;
  std::string problem_;
};

}  // namespace weir
