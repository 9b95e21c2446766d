// SPDX-License-Identifier: Apache-2.0
//
// Accumulators of fixed size: plain bytes, to be kept in a state, in a hash table or on the stack.
//
//     std::vector<char> bytes(aggregates::size_of(Function::kSum));      // all zero: nothing was added
//     aggregates::add(Function::kSum, bytes.data(), value);
//     std::string json;
//     aggregates::append_result(Function::kSum, bytes.data(), json);     // "42", "null", ...
#pragma once

#include <weir/json_value.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "aggregates/function.h"

namespace weir::aggregates {

/// How many were added.
struct Count {
  std::uint64_t count = 0;

  void add() { ++count; }
  void merge(const Count& other) { count += other.count; }
  void take_away(const Count& other) { count -= other.count; }
};

/// Of numbers. Integers are added exactly, in 128 bits, so that the order plays no part and only the end
/// result must fit; other numbers as doubles with Neumaier's compensation, which keeps the error at about one
/// rounding whatever their number.
struct Sum {
  std::uint64_t low = 0;  // of the integers, in two's complement
  std::int64_t high = 0;
  double real = 0;  // of the others
  double lost = 0;  // what rounding took from `real`
  std::uint64_t count = 0;
  std::uint64_t reals = 0;  // how many of them were no integers

  /// `number` is one: JsonValue::is_number().
  void add(const JsonValue& number);
  void merge(const Sum& other);
  /// Both are of integers.
  void take_away(const Sum& other);
  bool is_integer() const { return reals == 0; }
  /// The nearest double; infinite when it is beyond a double's range.
  double as_double() const;

 private:
  void add_integer(std::uint64_t low_part, std::int64_t high_part);
  void add_real(double number);
};

/// The smallest or greatest number, compared exactly, integers with doubles too. Of equal ones the first.
struct Extreme {
  enum class Kind : std::uint64_t { kNone = 0, kInteger, kNatural, kReal };
  Kind kind = Kind::kNone;
  std::uint64_t bits = 0;  // the number's own

  void add(const JsonValue& number, bool greatest);
  void merge(const Extreme& other, bool greatest);
  JsonValue get() const;
};

/// Bytes of the function's accumulator; 0 where it is none of fixed size (kFirst, kLast, ... keep texts).
/// Memory of that size, all zero, is an accumulator to which nothing was added. It may be copied as bytes and
/// needs no alignment.
std::size_t size_of(Function function);

/// Whether the function takes this value: kCount all that are there and not null, the others numbers.
bool takes(Function function, const JsonValue& value);

/// Adds a value that takes() accepts; kCount does not look at it.
void add(Function function, char* accumulator, const JsonValue& value);

/// Adds all that was added to `other`: windows that merge, parts of a window.
void merge(Function function, char* accumulator, const char* other);

/// Whether what was added can be taken away again, and leaves nothing behind: counts, and sums and means of
/// integers.
bool is_exact(Function function, const char* accumulator);

/// Takes away all that was added to `other`, which is a part of it; is_exact() holds for both.
void take_away(Function function, char* accumulator, const char* other);

/// Appends the result as JSON: `null` when nothing was added (a count is 0 then). False, with nothing
/// appended, when it is too large: a sum of integers beyond 64 bits (-2^63 to 2^64-1), a sum of others or a
/// mean beyond a double's range.
bool append_result(Function function, const char* accumulator, std::string& json);

/// Appends a finite number, in the shortest form that reads back as the same double.
void append_double(double number, std::string& json);
/// Appends a number of any kind.
void append_number(const JsonValue& number, std::string& json);

/// Below, equal or above zero as a < b, a == b, a > b; exact. Both are numbers.
int compare(const JsonValue& a, const JsonValue& b);

}  // namespace weir::aggregates
