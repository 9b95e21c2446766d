// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/field_path.h>
#include <weir/options.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aggregates/function.h"

namespace weir::aggregates {

/// One value of the result, as the pipeline file asks for it: `{function: sum, field: amount, as: total}`.
struct Value {
  Function function = Function::kCount;
  std::optional<FieldPath> field;  ///< only a count has none: it counts records
  std::string as;                  ///< its name in the result
  double q = 0.5;                  ///< kQuantile: which, from 0 to 1
};

/// Declares the fields of a list of values: an option of Type::kObjectList. `functions`: the names that may
/// stand there.
void declare_values(OptionDeclaration& list, std::vector<std::string> functions);

/// The list of that option. Throws OptionError with its place: no values, a function without its field, two
/// values of one name, a name that is among `reserved`.
std::vector<Value> read_values(const Options& options, std::string_view option,
                               const std::vector<std::string>& reserved);

}  // namespace weir::aggregates
