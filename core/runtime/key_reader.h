// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>
#include <weir/field_path.h>

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
    for (std::size_t i = 0; i < count; ++i) {
      if (append(records[i])) {
        keyed_.push_back(records[i]);
        ends_.push_back(text_.size());
      } else {
        without(records[i], problem_);
      }
    }
    finish();
  }
  const std::vector<weir_record>& records() const { return keyed_; }
  const std::vector<weir_slice>& keys() const { return keys_; }

 private:
  void begin(std::size_t count);
  bool append(const weir_record& record);
  void append_value(const JsonValue& value, bool as_json);
  void finish();

  std::vector<FieldPath> paths_;
  std::unique_ptr<JsonReader> reader_;
  std::string text_;  ///< all keys of the call, one behind the other
  std::vector<std::size_t> ends_;
  std::vector<weir_record> keyed_;
  std::vector<weir_slice> keys_;
  std::string problem_;
};

}  // namespace weir
