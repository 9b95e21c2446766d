// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <yaml-cpp/exceptions.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"

namespace weir {

/// What yaml-cpp says of malformed YAML, as a message that tells a person what was expected. `open`: where
/// the innermost map or list begins that had not ended.
Diagnostic explain_yaml_problem(const YAML::Exception& exception, std::string_view text,
                                const std::string& file, const std::optional<Mark>& open);

}  // namespace weir
