// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// Says that an option is wrong. Throw it from a plugin's constructor; the host adds file, line and column.
class OptionError : public std::invalid_argument {
 public:
  /// `pointer`: a JSON pointer into the options ("/where/all/1"). `message`: what was found and what was
  /// expected.
  OptionError(std::string pointer, const std::string& message)
      : std::invalid_argument(message), pointer_(std::move(pointer)) {}
  const std::string& pointer() const { return pointer_; }

 private:
  std::string pointer_;
};

/// A stage's options, checked by the host against the plugin's declarations: a name that was declared with a
/// default or as required is always there and of its type.
class Options {
 public:
  explicit Options(nlohmann::json values) : values_(std::move(values)) {}

  /// Whether the file (or a default) gives the option.
  bool has(std::string_view name) const { return values_.contains(name); }

  std::string string(std::string_view name) const { return at(name).get<std::string>(); }
  bool boolean(std::string_view name) const { return at(name).get<bool>(); }
  std::int64_t integer(std::string_view name) const { return at(name).get<std::int64_t>(); }
  double number(std::string_view name) const { return at(name).get<double>(); }
  std::chrono::milliseconds duration(std::string_view name) const {
    return std::chrono::milliseconds(at(name).get<std::int64_t>());
  }
  /// Bytes.
  std::size_t size(std::string_view name) const { return at(name).get<std::size_t>(); }
  std::vector<std::string> strings(std::string_view name) const {
    return at(name).get<std::vector<std::string>>();
  }
  std::map<std::string, std::string> string_map(std::string_view name) const {
    return at(name).get<std::map<std::string, std::string>>();
  }

  /// The options of a WEIR_OBJECT option; those of each element of a WEIR_OBJECT_LIST one.
  Options object(std::string_view name) const { return Options(at(name)); }
  std::vector<Options> objects(std::string_view name) const {
    std::vector<Options> all;
    for (const auto& element : at(name)) all.emplace_back(element);
    return all;
  }

  /// The value as a tree; for WEIR_ANY.
  const nlohmann::json& tree(std::string_view name) const { return at(name); }
  const nlohmann::json& all() const { return values_; }

 private:
  const nlohmann::json& at(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
      throw OptionError("/" + std::string(name), "the option is not set");
    }
    return *found;
  }

  nlohmann::json values_;
};

}  // namespace weir
