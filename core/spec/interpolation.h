// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "spec/node.h"

namespace weir {

/// The value of an environment variable, if it is set. An empty value is a value.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The environment of this process.
Environment process_environment();

/// Replaces in each scalar of the tree (not in keys), quoted or not,
///
///     ${NAME}          by the environment variable
///     ${NAME:default}  by the variable, or by the text behind the colon if it is not set
///     ${file:PATH}     by the content of a file without its last line break; PATH counts from the working
///     directory
///     $${              by ${
///
/// It works on the finished tree, so a value can contain anything and stays one text. What cannot be replaced
/// is reported and its node marked `broken`; what is marked so already stays as it is. Messages never show
/// what was put in.
void interpolate(Node& tree, const Environment& environment, Diagnostics& diagnostics);

}  // namespace weir
