// SPDX-License-Identifier: Apache-2.0
#include "aggregates/grown.h"

#include <weir/json_string.h>

#include <cmath>
#include <cstdint>
#include <cstring>

#include "aggregates/accumulator.h"
#include "aggregates/distinct.h"
#include "aggregates/quantile.h"

namespace weir::aggregates {
namespace {

using Kind = JsonValue::Kind;

void put_json(const JsonValue& value, std::string& text) {
  if (value.kind == Kind::kString) {
    append_readable_json_string(value.text, text);
  } else {
    text = value.text;
  }
}

/// The same text for equal values: 1 and 1.0 are one number.
void put_identity(const JsonValue& value, std::string& text) {
  const bool whole = value.kind == Kind::kReal && value.real == std::floor(value.real) &&
                     value.real >= -0x1p63 && value.real < 0x1p64;
  if (!value.is_number()) {
    put_json(value, text);
  } else if (whole) {
    text = value.real < 0 ? std::to_string(static_cast<std::int64_t>(value.real))
                          : std::to_string(static_cast<std::uint64_t>(value.real));
  } else {
    append_number(value, text);
  }
}

void put(GrownBytes& bytes, std::string_view text) {
  std::memcpy(bytes.resize(text.size()), text.data(), text.size());
}

void append_to_list(GrownBytes& bytes, std::string_view text) {
  const std::size_t before = bytes.bytes().size();
  const std::size_t comma = before == 0 ? 0 : 1;
  char* const to = bytes.resize(before + comma + text.size()) + before;
  if (comma != 0) *to = ',';
  std::memcpy(to + comma, text.data(), text.size());
}

}  // namespace

void Taken::take(Function function, const JsonValue& value) {
  number = value;
  text.clear();
  if (function == Function::kDistinct) {
    put_identity(value, text);
  } else if (grows(function) && !of_numbers(function)) {
    put_json(value, text);
  }
}

bool grows(Function function) {
  return size_of(function) == 0;
}

std::size_t growth(Function function, std::string_view accumulator, const Taken& value) {
  const std::size_t held = accumulator.size(), more = value.text.size();
  switch (function) {
    case Function::kFirst:
      return held == 0 ? more : 0;
    case Function::kLast:
      return more > held ? more - held : 0;
    case Function::kList:
      return more + (held == 0 ? 0 : 1);
    case Function::kDistinct:
      return distinct::growth(accumulator, value.text);
    default:
      return quantile::growth(accumulator, value.number);
  }
}

void add(Function function, GrownBytes& accumulator, const Taken& value) {
  switch (function) {
    case Function::kFirst:
      if (accumulator.bytes().empty()) put(accumulator, value.text);
      return;
    case Function::kLast:
      return put(accumulator, value.text);
    case Function::kList:
      return append_to_list(accumulator, value.text);
    case Function::kDistinct:
      return distinct::add(accumulator, value.text);
    default:
      return quantile::add(accumulator, value.number);
  }
}

void merge(Function function, GrownBytes& accumulator, std::string_view later) {
  if (later.empty()) return;
  if (accumulator.bytes().empty()) return put(accumulator, later);
  switch (function) {
    case Function::kFirst:
      return;
    case Function::kLast:
      return put(accumulator, later);
    case Function::kList:
      return append_to_list(accumulator, later);
    case Function::kDistinct:
      return distinct::merge(accumulator, later);
    default:
      return quantile::merge(accumulator, later);
  }
}

void append_result(const Value& value, std::string_view accumulator, std::string& json) {
  switch (value.function) {
    case Function::kFirst:
    case Function::kLast:
      json += accumulator.empty() ? "null" : accumulator;
      return;
    case Function::kList:
      json += '[';
      json += accumulator;
      json += ']';
      return;
    case Function::kDistinct:
      json += std::to_string(distinct::count(accumulator));
      return;
    default:
      quantile::append_result(value.q, accumulator, json);
  }
}

}  // namespace weir::aggregates
