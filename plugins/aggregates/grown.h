// SPDX-License-Identifier: Apache-2.0
//
// Accumulators that grow with what is added: kFirst, kLast, kList, kDistinct and kQuantile. They are bytes as
// well, none at first, to be kept wherever bytes can be:
//
//     aggregates::OwnBytes bytes;
//     aggregates::Taken taken;
//     taken.take(Function::kDistinct, value);
//     aggregates::add(Function::kDistinct, bytes, taken);
//     std::string json;
//     aggregates::append_result({Function::kDistinct}, bytes.bytes(), json);   // "1"
#pragma once

#include <weir/json_value.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "aggregates/function.h"
#include "aggregates/value.h"

namespace weir::aggregates {

/// Where the bytes of an accumulator stand that grows.
class GrownBytes {
 public:
  virtual std::string_view bytes() const = 0;
  /// Makes them so many: what was there stays, what is new is zero. What bytes() gave before is no longer
  /// valid.
  virtual char* resize(std::size_t size) = 0;

 protected:
  GrownBytes() = default;
  GrownBytes(const GrownBytes&) = default;
  GrownBytes& operator=(const GrownBytes&) = default;
  ~GrownBytes() = default;
};

/// In memory of their own.
class OwnBytes final : public GrownBytes {
 public:
  std::string_view bytes() const override { return bytes_; }
  char* resize(std::size_t size) override { return bytes_.resize(size), bytes_.data(); }

 private:
  std::string bytes_;
};

/// What a function takes of a value, with bytes of its own.
struct Taken {
  JsonValue number;  ///< of functions of numbers
  std::string text;  ///< of the others that grow: the value as JSON; kDistinct: equal for equal values

  /// `value` is one that takes() accepts.
  void take(Function function, const JsonValue& value);
};

/// Whether the function's accumulator is one of these: size_of() is 0.
bool grows(Function function);

/// How many bytes more it will have after add().
std::size_t growth(Function function, std::string_view accumulator, const Taken& value);

void add(Function function, GrownBytes& accumulator, const Taken& value);

/// Adds all that was added to `later`, behind what was added to `accumulator`. `later` stands elsewhere.
void merge(Function function, GrownBytes& accumulator, std::string_view later);

/// Appends the result as JSON: when nothing was added `[]` for a list, 0 for distinct, else `null`.
void append_result(const Value& value, std::string_view accumulator, std::string& json);

}  // namespace weir::aggregates
