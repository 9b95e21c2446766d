// SPDX-License-Identifier: Apache-2.0
#include "aggregates/accumulator.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace weir::aggregates {

namespace {

using Kind = JsonValue::Kind;

static_assert(std::is_trivially_copyable_v<Count> && std::is_trivially_copyable_v<Sum> &&
              std::is_trivially_copyable_v<Extreme>);

/// Calls `change` with the accumulator that stands in these bytes, and writes it back.
template <class T, class F>
void change(char* bytes, F&& change) {
  T accumulator;
  std::memcpy(&accumulator, bytes, sizeof accumulator);
  change(accumulator);
  std::memcpy(bytes, &accumulator, sizeof accumulator);
}

template <class T>
T read(const char* bytes) {
  T accumulator;
  std::memcpy(&accumulator, bytes, sizeof accumulator);
  return accumulator;
}

[[noreturn]] void not_fixed() {
  throw std::logic_error("the function has no accumulator of fixed size");
}

int order(bool less, bool greater) {
  return less ? -1 : (greater ? 1 : 0);
}

/// An integer, as sign and magnitude bits, with a double.
int compare_with_real(const JsonValue& integer, double real) {
  if (real >= 0x1p64) return -1;
  if (real < -0x1p63) return 1;
  const double whole = std::floor(real);
  JsonValue other;
  other.kind = whole < 0 ? Kind::kInteger : Kind::kNatural;
  if (whole < 0) {
    other.integer = static_cast<std::int64_t>(whole);
  } else {
    other.natural = static_cast<std::uint64_t>(whole);
  }
  const int at_whole = compare(integer, other);
  return at_whole == 0 && real > whole ? -1 : at_whole;
}

template <class T>
void append_digits(T number, std::string& json) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  json.append(text, end);
}

}  // namespace

int compare(const JsonValue& a, const JsonValue& b) {
  if (a.kind == Kind::kReal && b.kind == Kind::kReal) return order(a.real<b.real, a.real> b.real);
  if (b.kind == Kind::kReal) return compare_with_real(a, b.real);
  if (a.kind == Kind::kReal) return -compare_with_real(b, a.real);
  const bool a_negative = a.kind == Kind::kInteger && a.integer < 0;
  const bool b_negative = b.kind == Kind::kInteger && b.integer < 0;
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  // Of the same sign both read as 64 bits without one in the right order.
  const auto bits = [](const JsonValue& v) {
    return v.kind == Kind::kInteger ? static_cast<std::uint64_t>(v.integer) : v.natural;
  };
  return order(bits(a) < bits(b), bits(a) > bits(b));
}

void Sum::add(const JsonValue& number) {
  ++count;
  switch (number.kind) {
    case Kind::kInteger:
      return add_integer(static_cast<std::uint64_t>(number.integer), number.integer < 0 ? -1 : 0);
    case Kind::kNatural:
      return add_integer(number.natural, 0);
    default:
      ++reals;
      return add_real(number.real);
  }
}

void Sum::merge(const Sum& other) {
  count += other.count;
  reals += other.reals;
  add_integer(other.low, other.high);
  if (other.reals == 0) return;
  add_real(other.real);
  lost += other.lost;
}

void Sum::take_away(const Sum& other) {
  count -= other.count;
  high -= other.high + (low < other.low ? 1 : 0);
  low -= other.low;
}

void Sum::add_integer(std::uint64_t low_part, std::int64_t high_part) {
  low += low_part;
  high += high_part + (low < low_part ? 1 : 0);
}

void Sum::add_real(double number) {
  const double sum = real + number;
  // Once infinite it stays so; the difference of infinities would be no number.
  if (std::isfinite(sum)) {
    lost += std::fabs(real) >= std::fabs(number) ? (real - sum) + number : (number - sum) + real;
  }
  real = sum;
}

double Sum::as_double() const {
  double integers = 0;
  if (high == 0) {
    integers = static_cast<double>(low);
  } else if (high == -1 && (low >> 63) != 0) {
    integers = static_cast<double>(static_cast<std::int64_t>(low));
  } else {
    integers = std::ldexp(static_cast<double>(high), 64) + static_cast<double>(low);
  }
  Sum all = *this;
  all.add_real(integers);
  return std::isfinite(all.real) ? all.real + all.lost : all.real;
}

void Extreme::add(const JsonValue& number, bool greatest) {
  if (kind != Kind::kNone) {
    const int order = compare(number, get());
    if (greatest ? order <= 0 : order >= 0) return;
  }
  switch (number.kind) {
    case JsonValue::Kind::kInteger:
      kind = Kind::kInteger;
      bits = static_cast<std::uint64_t>(number.integer);
      return;
    case JsonValue::Kind::kNatural:
      kind = Kind::kNatural;
      bits = number.natural;
      return;
    default:
      kind = Kind::kReal;
      std::memcpy(&bits, &number.real, sizeof bits);
  }
}

void Extreme::merge(const Extreme& other, bool greatest) {
  if (other.kind != Kind::kNone) add(other.get(), greatest);
}

JsonValue Extreme::get() const {
  JsonValue value;
  switch (kind) {
    case Kind::kNone:
      break;
    case Kind::kInteger:
      value.kind = JsonValue::Kind::kInteger;
      value.integer = static_cast<std::int64_t>(bits);
      break;
    case Kind::kNatural:
      value.kind = JsonValue::Kind::kNatural;
      value.natural = bits;
      break;
    case Kind::kReal:
      value.kind = JsonValue::Kind::kReal;
      std::memcpy(&value.real, &bits, sizeof bits);
  }
  return value;
}

std::size_t size_of(Function function) {
  switch (function) {
    case Function::kCount:
      return sizeof(Count);
    case Function::kSum:
    case Function::kMean:
      return sizeof(Sum);
    case Function::kMin:
    case Function::kMax:
      return sizeof(Extreme);
    default:
      return 0;
  }
}

bool takes(Function function, const JsonValue& value) {
  return of_numbers(function)
             ? value.is_number()
             : value.kind != Kind::kMissing && value.kind != Kind::kNull && value.kind != Kind::kNotJson;
}

void add(Function function, char* accumulator, const JsonValue& value) {
  switch (function) {
    case Function::kCount:
      return change<Count>(accumulator, [](Count& c) { c.add(); });
    case Function::kSum:
    case Function::kMean:
      return change<Sum>(accumulator, [&](Sum& s) { s.add(value); });
    case Function::kMin:
    case Function::kMax:
      return change<Extreme>(accumulator, [&](Extreme& e) { e.add(value, function == Function::kMax); });
    default:
      not_fixed();
  }
}

void merge(Function function, char* accumulator, const char* other) {
  switch (function) {
    case Function::kCount:
      return change<Count>(accumulator, [&](Count& c) { c.merge(read<Count>(other)); });
    case Function::kSum:
    case Function::kMean:
      return change<Sum>(accumulator, [&](Sum& s) { s.merge(read<Sum>(other)); });
    case Function::kMin:
    case Function::kMax:
      return change<Extreme>(accumulator,
                             [&](Extreme& e) { e.merge(read<Extreme>(other), function == Function::kMax); });
    default:
      not_fixed();
  }
}

bool is_exact(Function function, const char* accumulator) {
  switch (function) {
    case Function::kCount:
      return true;
    case Function::kSum:
    case Function::kMean:
      return read<Sum>(accumulator).is_integer();
    default:
      return false;
  }
}

void take_away(Function function, char* accumulator, const char* other) {
  if (function == Function::kCount)
    return change<Count>(accumulator, [&](Count& c) { c.take_away(read<Count>(other)); });
  change<Sum>(accumulator, [&](Sum& s) { s.take_away(read<Sum>(other)); });
}

namespace {

bool append_real(double number, std::string& json) {
  if (!std::isfinite(number)) return false;
  append_double(number, json);
  return true;
}

bool append_sum(const Sum& sum, std::string& json) {
  if (!sum.is_integer()) return append_real(sum.as_double(), json);
  if (sum.high == 0) {
    append_digits(sum.low, json);
  } else if (sum.high == -1 && (sum.low >> 63) != 0) {
    append_digits(static_cast<std::int64_t>(sum.low), json);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool append_result(Function function, const char* accumulator, std::string& json) {
  switch (function) {
    case Function::kCount:
      append_digits(read<Count>(accumulator).count, json);
      return true;
    case Function::kSum:
    case Function::kMean: {
      const auto sum = read<Sum>(accumulator);
      if (sum.count == 0) {
        json += "null";
        return true;
      }
      if (function == Function::kSum) return append_sum(sum, json);
      return append_real(sum.as_double() / static_cast<double>(sum.count), json);
    }
    case Function::kMin:
    case Function::kMax: {
      const JsonValue value = read<Extreme>(accumulator).get();
      if (value.is_number()) {
        append_number(value, json);
      } else {
        json += "null";
      }
      return true;
    }
    default:
      not_fixed();
  }
}

void append_double(double number, std::string& json) {
  append_digits(number, json);
}

void append_number(const JsonValue& number, std::string& json) {
  if (number.kind == Kind::kInteger) {
    append_digits(number.integer, json);
  } else if (number.kind == Kind::kNatural) {
    append_digits(number.natural, json);
  } else {
    append_digits(number.real, json);
  }
}

}  // namespace weir::aggregates
