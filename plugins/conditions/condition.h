// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/record.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace weir::conditions {

enum class Verdict : std::uint8_t {
  kNo,
  kYes,
  kNotJson  ///< a field was asked for, and the value is not JSON: JsonReader::error() says why
};

/// A part of a compiled condition. Immutable, so that several threads may use it.
class Node {
 public:
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;
  virtual Verdict test(const Record& record, JsonReader& reader) const = 0;
};

/// A condition on a record, as a pipeline file gives it; README.md has the forms and what they mean.
class Condition {
 public:
  /// Compiles the tree of an option. Throws OptionError at the wrong node, `pointer` being the tree's own
  /// JSON pointer within the options ("/where").
  Condition(const nlohmann::json& tree, const std::string& pointer);

  /// Parts are tested in the order of the file, up to the first that decides. `reader` has been given
  /// `record` by JsonReader::read(); it serves all conditions that look at the same record.
  Verdict test(const Record& record, JsonReader& reader) const { return root_->test(record, reader); }

 private:
  std::unique_ptr<const Node> root_;
};

}  // namespace weir::conditions
