// SPDX-License-Identifier: Apache-2.0
#include "windowing/aggregate_fields.h"

#include <weir/json_string.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <utility>

namespace weir::windowing {
namespace {

/// Sum and mean. Integers are added exactly as long as their sum fits 64 bits.
struct Sum {
  std::int64_t integer;
  double real;
  std::uint64_t count : 63;
  std::uint64_t is_real : 1;

  void add(std::int64_t n) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(integer, n, &sum)) {
      integer = sum;
    } else {
      real += static_cast<double>(integer) + static_cast<double>(n);
      integer = 0;
      is_real = 1;
    }
  }
  void add(double x) {
    real += x;
    is_real = 1;
  }
};

/// Smallest or largest.
struct Extreme {
  enum Kind : std::uint64_t { kNone, kInteger, kReal };
  union {
    std::int64_t integer;
    double real;
  };
  std::uint64_t kind;

  double as_real() const { return kind == kInteger ? static_cast<double>(integer) : real; }
  bool less(const Extreme& o) const {
    if (kind == kInteger && o.kind == kInteger) return integer < o.integer;
    return as_real() < o.as_real();
  }
  void take(const Extreme& o, bool largest) {
    if (o.kind != kNone && (kind == kNone || (largest ? less(o) : o.less(*this)))) *this = o;
  }
};

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T>
void store(char* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
}

void append_number(double x, std::string& to) {
  if (!std::isfinite(x)) {
    to += "null";
    return;
  }
  char digits[32];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, x).ptr);
}

/// The parts of a text: a size, 0 for nothing, then the bytes.
std::string_view take_part(std::string_view& text) {
  if (text.empty()) return {};
  const auto size = load<std::uint32_t>(text.data());
  const std::string_view part = text.substr(sizeof size, size);
  text.remove_prefix(sizeof size + size);
  return part;
}
void append_part(std::string_view part, std::string& to) {
  const auto size = static_cast<std::uint32_t>(part.size());
  to.append(reinterpret_cast<const char*>(&size), sizeof size);
  to.append(part);
}

}  // namespace

AggregateFields::AggregateFields(const Options& options) {
  if (!options.has("aggregate")) return;
  static constexpr std::string_view kNames[] = {"count", "sum", "min", "max", "mean", "first", "last"};
  static constexpr std::size_t kSizes[] = {
      sizeof(std::uint64_t), sizeof(Sum), sizeof(Extreme), sizeof(Extreme), sizeof(Sum), 0, 0};
  std::set<std::string> taken{"key", "window_start", "window_end"};
  std::size_t number = 0;
  for (const Options& given : options.objects("aggregate")) {
    const std::string at = "/aggregate/" + std::to_string(number++);
    const std::string function = given.string("function");
    std::size_t f = 0;
    while (kNames[f] != function) ++f;
    Field field{static_cast<Function>(f), given.has("field"), {}, {}, size_};
    std::string name = function;
    if (field.has_path) {
      field.path = FieldPath::parse(given.string("field"), at + "/field");
      name += "_" + given.string("field");
    } else if (field.function != Function::kCount) {
      throw OptionError(at, function + " is made of a field: give `field`");
    }
    if (given.has("as")) name = given.string("as");
    if (!taken.insert(name).second) {
      throw OptionError(at + (given.has("as") ? "/as" : ""),
                        "the result already has a field '" + name + "': give another name by `as`");
    }
    append_readable_json_string(name, field.json_name);
    field.json_name += ':';
    size_ += kSizes[f];
    texts_ += is_text(field.function) ? 1 : 0;
    fields_.push_back(std::move(field));
  }
  if (fields_.empty()) throw OptionError("/aggregate", "the list is empty: give at least one function");
  inputs_.resize(fields_.size());
}

bool AggregateFields::refuse(const char* code, std::string problem) {
  code_ = code;
  problem_ = std::move(problem);
  return false;
}

bool AggregateFields::read(const Record& record) {
  reader_.read(record);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    Input& input = inputs_[i];
    input.present = !field.has_path;
    if (!field.has_path) continue;
    const JsonValue& value = reader_.find(field.path);
    if (value.kind == JsonValue::Kind::kNotJson)
      return refuse("bad_json", "the record is no JSON: " + std::string(value.text));
    if (value.kind == JsonValue::Kind::kMissing || value.kind == JsonValue::Kind::kNull) continue;
    input.present = true;
    if (is_text(field.function)) {
      input.text.clear();
      if (value.kind == JsonValue::Kind::kString) {
        append_readable_json_string(value.text, input.text);
      } else {
        input.text = value.text;
      }
    } else if (field.function != Function::kCount) {
      if (!value.is_number()) {
        return refuse("not_a_number", "the field '" + field.path.text() + "' is " +
                                          std::string(value.what()) + "; expected a number");
      }
      input.is_integer = value.kind == JsonValue::Kind::kInteger;
      input.integer = value.integer;
      if (!input.is_integer) {
        input.real = value.kind == JsonValue::Kind::kReal ? value.real : static_cast<double>(value.natural);
      }
    }
  }
  return true;
}

void AggregateFields::add(char* to) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Input& input = inputs_[i];
    if (!input.present) continue;
    char* const at = to + fields_[i].at;
    switch (fields_[i].function) {
      case Function::kCount:
        store(at, load<std::uint64_t>(at) + 1);
        break;
      case Function::kSum:
      case Function::kMean: {
        Sum sum = load<Sum>(at);
        input.is_integer ? sum.add(input.integer) : sum.add(input.real);
        ++sum.count;
        store(at, sum);
        break;
      }
      case Function::kMin:
      case Function::kMax: {
        Extreme one{};
        one.kind = input.is_integer ? Extreme::kInteger : Extreme::kReal;
        if (input.is_integer) {
          one.integer = input.integer;
        } else {
          one.real = input.real;
        }
        Extreme all = load<Extreme>(at);
        all.take(one, fields_[i].function == Function::kMax);
        store(at, all);
        break;
      }
      case Function::kFirst:
      case Function::kLast:
        break;
    }
  }
}

void AggregateFields::combine(char* into, const char* later) const {
  for (const Field& field : fields_) {
    char* const a = into + field.at;
    const char* const b = later + field.at;
    switch (field.function) {
      case Function::kCount:
        store(a, load<std::uint64_t>(a) + load<std::uint64_t>(b));
        break;
      case Function::kSum:
      case Function::kMean: {
        Sum sum = load<Sum>(a);
        const Sum other = load<Sum>(b);
        sum.add(other.integer);
        if (other.is_real) sum.add(other.real);
        sum.count += other.count;
        store(a, sum);
        break;
      }
      case Function::kMin:
      case Function::kMax: {
        Extreme all = load<Extreme>(a);
        all.take(load<Extreme>(b), field.function == Function::kMax);
        store(a, all);
        break;
      }
      case Function::kFirst:
      case Function::kLast:
        break;
    }
  }
}

std::string AggregateFields::add_text(std::string_view to) const {
  std::string text;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!is_text(fields_[i].function)) continue;
    const std::string_view held = take_part(to);
    const bool keep = !inputs_[i].present || (fields_[i].function == Function::kFirst && !held.empty());
    append_part(keep ? held : std::string_view(inputs_[i].text), text);
  }
  return text;
}

std::string AggregateFields::combine_text(std::string_view earlier, std::string_view later) const {
  std::string text;
  for (const Field& field : fields_) {
    if (!is_text(field.function)) continue;
    const std::string_view a = take_part(earlier);
    const std::string_view b = take_part(later);
    const bool keep = b.empty() || (field.function == Function::kFirst && !a.empty());
    append_part(keep ? a : b, text);
  }
  return text;
}

void AggregateFields::append_json(const char* from, std::string_view text, std::string& json) const {
  for (const Field& field : fields_) {
    json += ',';
    json += field.json_name;
    const char* const at = from + field.at;
    switch (field.function) {
      case Function::kCount:
        json += std::to_string(load<std::uint64_t>(at));
        break;
      case Function::kSum:
      case Function::kMean: {
        const Sum sum = load<Sum>(at);
        const double real = sum.real + static_cast<double>(sum.integer);
        if (sum.count == 0) {
          json += "null";
        } else if (field.function == Function::kMean) {
          append_number(real / static_cast<double>(sum.count), json);
        } else if (sum.is_real) {
          append_number(real, json);
        } else {
          json += std::to_string(sum.integer);
        }
        break;
      }
      case Function::kMin:
      case Function::kMax: {
        const Extreme extreme = load<Extreme>(at);
        if (extreme.kind == Extreme::kNone) {
          json += "null";
        } else if (extreme.kind == Extreme::kInteger) {
          json += std::to_string(extreme.integer);
        } else {
          append_number(extreme.real, json);
        }
        break;
      }
      case Function::kFirst:
      case Function::kLast: {
        const std::string_view part = take_part(text);
        json += part.empty() ? "null" : part;
        break;
      }
    }
  }
}

}  // namespace weir::windowing
